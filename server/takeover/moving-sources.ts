import { domainsOf } from '../mariadb/gtid.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { addressText } from '../contract/listen-address.ts';
import type { Situation } from './classify.ts';
import type { PlanInput, PlannedServer } from './plan-input.ts';

/** A source outside of the cluster that the old primary replicates from. */
export interface MovingSource {
  readonly status: ReplicaStatus;
  /** "feed" (10.0.0.9:3306). */
  readonly text: string;
  /** Why it can't move to the new primary; null: it moves. */
  readonly obstacle: string | null;
  /** What to do about that. */
  readonly fix: string | null;
}

/** Those of the old primary's connections that lead out of the cluster, and whether each can move along. */
export function movingSources(input: PlanInput, { target, oldPrimary, connection, kind }: Situation): MovingSource[] {
  if (!oldPrimary?.facts || kind === 'detach') return [];
  return outside(oldPrimary.facts.replication, input.servers).map((status) => {
    const text = sourceText(status);
    const found = obstacle(input, status, target, oldPrimary, connection?.connection ?? null);
    return { status, text, obstacle: found?.obstacle ?? null, fix: found?.fix ?? null };
  });
}

/** The connections that lead to none of the cluster's servers. */
export function outside(
  connections: readonly ReplicaStatus[],
  servers: readonly Pick<PlannedServer, 'host' | 'port' | 'facts'>[],
): ReplicaStatus[] {
  return connections.filter(
    ({ host, port, masterServerId }) =>
      host !== '' &&
      !servers.some(
        (server) =>
          (server.host === host && server.port === port) ||
          (masterServerId > 0 && server.facts?.serverId === masterServerId),
      ),
  );
}

/** A source outside of the cluster, as people are told of it. */
export function sourceText({ connection, host, port }: Pick<ReplicaStatus, 'connection' | 'host' | 'port'>): string {
  return `${connection === '' ? 'the default connection' : `"${connection}"`} (${addressText({ host, port })})`;
}

function obstacle(
  input: PlanInput,
  status: ReplicaStatus,
  target: PlannedServer,
  oldPrimary: PlannedServer,
  given: string | null,
): { obstacle: string; fix: string } | null {
  const name = status.connection === '' ? 'default' : status.connection;
  const account = input.sources.find(({ connection }) => connection === status.connection);
  if (status.usingGtid === 'no') {
    return {
      obstacle: 'it does not replicate by GTID',
      fix: `On ${oldPrimary.name}, for that connection: STOP SLAVE; CHANGE MASTER TO MASTER_USE_GTID=slave_pos; START SLAVE.`,
    };
  }
  if (!account) {
    return {
      obstacle: 'its account is not configured',
      fix: `Add sources: { ${name}: { user, passwordFile } } to the cluster in the configuration.`,
    };
  }
  if (account.signIn.result === 'denied') {
    return {
      obstacle: `its account does not sign in there: ${account.signIn.text}`,
      fix: `Correct sources.${name} in the configuration, or the account at the source.`,
    };
  }
  const taken = target.facts?.replication.some(
    (own) => own.connection === status.connection && own.connection !== given,
  );
  if (taken) {
    return { obstacle: `${target.name} has a connection of that name`, fix: 'Give one of the two another name.' };
  }
  const shared = sharedDomain(input, oldPrimary);
  return shared === null
    ? null
    : {
        obstacle: `it writes into GTID domain ${shared}, as this cluster does: positions of the two can't be told apart`,
        fix: 'Give the cluster a gtid_domain_id of its own.',
      };
}

/** A domain in which both a server of the cluster and a stranger have written. */
function sharedDomain(input: PlanInput, { facts }: PlannedServer): number | null {
  const ours = new Set(input.servers.map((server) => server.facts?.serverId));
  const state = facts?.binlogState ?? [];
  const found = domainsOf(state).find((domain) => {
    const writers = state.filter((gtid) => gtid.domain === domain).map(({ server }) => ours.has(server));
    return writers.includes(true) && writers.includes(false);
  });
  return found ?? null;
}
