import type { SignInTest } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { connect } from '../mariadb/connection.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { answered } from './answered.ts';
import { outside } from './moving-sources.ts';
import type { TakeoversParts } from './parts.ts';
import type { PlanInput, PlannedServer } from './plan-input.ts';

const CONNECT_MS = 3_000;

/** Whether the replication account signs in to the server that is to be followed, from here and from the others. */
export interface SignIns {
  readonly signIn: PlanInput['replicationSignIn'];
  readonly signInsFrom: PlanInput['signInsFrom'];
}

/** Tries both at once; nobody is to be followed: nothing is tried. */
export async function trySignIns(parts: TakeoversParts, target: string | null): Promise<SignIns> {
  if (target === null) return { signIn: null, signInsFrom: [] };
  const [signIn, signInsFrom] = await Promise.all([trySignIn(parts, target), trySignInsFrom(parts, target)]);
  return { signIn, signInsFrom };
}

async function trySignIn(parts: TakeoversParts, target: string): Promise<PlanInput['replicationSignIn']> {
  if (!parts.replication) return null;
  try {
    (await parts.signIn(target, CONNECT_MS)).destroy();
    return { ok: true, text: '' };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.kind === 'access-denied' ? { ok: false, text: error.message } : null;
  }
}

/** From each other server that is up and has an agent: an account is bound to the host it comes from. */
async function trySignInsFrom(parts: TakeoversParts, target: string): Promise<PlanInput['signInsFrom']> {
  const { replication } = parts;
  const address = parts.cluster.servers.find(({ name }) => name === target);
  if (!replication || !address) return [];
  const { host, port } = address;
  const tls = replicationTlsOf(parts, target);
  const answers = await Promise.all(
    parts.cluster.servers.map(async ({ name: server }) => {
      const agent = parts.agent(server);
      if (server === target || !agent || parts.watch.observationOf(server)?.kind !== 'up') return [];
      try {
        return [{ server, ...(await answered(agent.signsIn({ host, port, ...replication, ...tls(server) }))) }];
      } catch (error) {
        if (!(error instanceof BatonError)) throw error;
        return [{ server, result: 'unknown' as const, text: error.message }];
      }
    }),
  );
  return answers.flat();
}

/** TLS that each server will be told of, as the plan has it: configured, as its connection is, or as the target's is. */
function replicationTlsOf(parts: TakeoversParts, target: string): (server: string) => Pick<SignInTest, 'tls'> {
  const connectionOf = (server: string): ReplicaStatus | undefined =>
    parts.watch.factsOf(server)?.facts.replication[0] ?? undefined;
  const anybody = connectionOf(target) ?? parts.cluster.servers.map(({ name }) => connectionOf(name)).find(Boolean);
  return (server) => signInTls(parts.replicationTls?.(server) ?? (connectionOf(server) ?? anybody)?.ssl);
}

function signInTls(ssl: ReplicaStatus['ssl'] | undefined): Pick<SignInTest, 'tls'> {
  if (!ssl?.allowed) return {};
  const { caFile: ca, certificate, key, crl, verifyServer } = ssl;
  return { tls: { ca, certificate, key, crl, verifyServer } };
}

/** Signs in to each source outside of the cluster whose account is known, from the host that is to follow it if it has an agent. */
export async function trySources(
  parts: TakeoversParts,
  target: string,
  old: PlannedServer,
  servers: readonly PlannedServer[],
): Promise<PlanInput['sources']> {
  const agent = parts.agent(target);
  const tried = outside(old.facts?.replication ?? [], servers).map(async ({ connection, host, port, ssl }) => {
    const account = parts.sources.get(connection);
    if (!account) return [];
    try {
      if (agent) {
        const signIn = await answered(agent.signsIn({ host, port, ...account, ...signInTls(ssl) }));
        return [{ connection, signIn }];
      }
      (await connect({ host, port, ...account }, CONNECT_MS)).destroy();
      return [{ connection, signIn: { result: 'accepted' as const, text: '' } }];
    } catch (error) {
      if (!(error instanceof BatonError) && !(error instanceof SqlError)) throw error;
      const denied = error instanceof SqlError && error.kind === 'access-denied';
      return [
        { connection, signIn: { result: denied ? ('denied' as const) : ('unknown' as const), text: error.message } },
      ];
    }
  });
  return (await Promise.all(tried)).flat();
}
