import { extraTransactions } from '../../mariadb/gtid.ts';
import { readLook } from '../gather.ts';
import type { TakeoversParts } from '../parts.ts';
import type { RejoinInput } from './rejoin-input.ts';

/** Looks at every server now, the primary last: read the other way round, its newest transactions would count as extra. */
export async function gatherRejoin(parts: TakeoversParts, name: string): Promise<RejoinInput> {
  const { snapshot, servers, unfinished, signIn, signInsFrom } = await readLook(parts, (seen) => seen.primary);
  const server = servers.find((one) => one.name === name);
  if (!server) throw new Error(`the cluster has no server ${name}`);
  const primary = servers.find((one) => one.name === snapshot.primary && one !== server) ?? null;
  const [own, other] = [server.preflight, primary?.preflight];
  return {
    at: parts.now(),
    snapshot,
    servers,
    server,
    primary,
    extra:
      own && other && primary?.facts?.logBin
        ? extraTransactions(own.state, [...other.state, ...other.slave], own.slave)
        : null,
    replicationUser: parts.replication?.user ?? null,
    signIn,
    signInFrom: signInsFrom.find((one) => one.server === name) ?? null,
    hasAgent: parts.agent(name) !== null,
    unfinished: unfinished?.text ?? null,
  };
}
