import { randomUUID } from 'node:crypto';
import type { ClusterConfiguration } from '../contract/configuration/cluster.ts';
import { BatonError } from '../contract/errors.ts';
import { createRecoveries, type Recoveries } from '../galera/recovery/recoveries.ts';
import { createHookRunner } from '../hooks/hook-runner.ts';
import { connect } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Operations } from '../operations/operations.ts';
import type { Store } from '../store/store.ts';
import type { TakeoversParts } from '../takeover/parts.ts';
import { createRejoins, type Rejoins } from '../takeover/rejoin/rejoins.ts';
import { createTakeovers, type Takeovers } from '../takeover/takeovers.ts';
import type { ServerAddress } from '../topology/observation.ts';
import type { Watcher } from '../topology/watcher.ts';
import type { ClusterAgents } from './agents.ts';
import type { Account, ClusterSecrets } from './cluster-secrets.ts';
import { replicationTlsOf } from './server-tls.ts';
import { sqlTargets } from './sql-targets.ts';

/** What can be done to a cluster. */
export interface ClusterActs {
  readonly takeovers: Takeovers;
  readonly rejoins: Rejoins;
  /** null: it is no Galera cluster. */
  readonly recoveries: Recoveries | null;
}

/** The takeovers, rejoins and recoveries of a configured cluster, with its accounts. */
export function clusterTakeovers(parts: {
  name: string;
  configuration: ClusterConfiguration;
  secrets: ClusterSecrets;
  addresses: readonly ServerAddress[];
  watcher: Watcher;
  agents: ClusterAgents;
  operations: Operations;
  store: Store;
  now: () => number;
  consoleUrl: () => string;
}): ClusterActs {
  const { name, configuration, secrets, addresses, agents } = parts;
  if (configuration.kind === 'galera') {
    const recoveries = createRecoveries({
      cluster: { name, members: addresses.map((address) => address.name) },
      agent: (node) => agents.client(node)?.galera ?? null,
      operations: parts.operations,
      memory: parts.store.memory,
      now: parts.now,
      newId: randomUUID,
    });
    const refusals = noTakeovers(`${name} is a Galera cluster: every node takes writes.`, recoveries);
    return { ...refusals, recoveries };
  }
  const targetOf = sqlTargets(configuration, secrets, agents);
  const signIn = async (server: string, account: Account | null, timeoutMs: number) => {
    const address = addresses.find((one) => one.name === server);
    if (!address) throw new Error(`no server ${server}`);
    if (!account) throw new SqlError('access-denied', 0, 'no account is configured for this');
    return await connect(targetOf(address, account), timeoutMs);
  };
  const given: TakeoversParts = {
    cluster: { name, servers: addresses, takeover: configuration.takeover },
    watch: parts.watcher,
    connect: (server, account, timeoutMs) => signIn(server, secrets[account], timeoutMs),
    signIn: (server, timeoutMs) => signIn(server, secrets.replication, timeoutMs),
    users: { observe: secrets.observe.user, operate: secrets.operate?.user ?? null },
    replication: secrets.replication,
    replicationTls: replicationTlsOf(configuration),
    sources: secrets.sources,
    agent: (server) => agents.client(server),
    hooks: {
      configured: configuration.hooks,
      runner: createHookRunner((id) => new URL(`/operations/${id}`, parts.consoleUrl()).href),
    },
    operations: parts.operations,
    store: parts.store,
    now: parts.now,
    newId: randomUUID,
  };
  return { takeovers: createTakeovers(given), rejoins: createRejoins(given), recoveries: null };
}

/** Of a Galera cluster: what is taken up is a recovery. */
function noTakeovers(reason: string, recoveries: Recoveries): Omit<ClusterActs, 'recoveries'> {
  const refusal = (): BatonError => new BatonError('refused', reason, '', { checks: [] });
  const refuse = async (): Promise<never> => {
    throw refusal();
  };
  const takeovers: Takeovers = {
    plan: refuse,
    start: refuse,
    planned() {
      throw refusal();
    },
    resume: async (id, options) => await recoveries.resume(id, options),
    close: () => undefined,
    runHook: refuse,
    returned: async () => null,
    ended: async () => null,
  };
  return { takeovers, rejoins: { plan: refuse, start: refuse, extraTransactions: refuse } };
}
