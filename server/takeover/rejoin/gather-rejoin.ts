import { extraTransactions } from '../../mariadb/gtid.ts';
import { readLook } from '../gather.ts';
import type { TakeoversParts } from '../parts.ts';
import { messageOf } from '../../contract/errors.ts';
import type { CopyInput, DataLook, RejoinInput } from './rejoin-input.ts';

/** Looks at every server now, the primary last: read the other way round, its newest transactions would count as extra. */
export async function gatherRejoin(parts: TakeoversParts, name: string, setAside: boolean): Promise<RejoinInput> {
  const { at, snapshot, servers, unfinished, signIn, signInsFrom } = await readLook(parts, (seen) => seen.primary);
  const server = servers.find((one) => one.name === name);
  if (!server) throw new Error(`the cluster has no server ${name}`);
  const primary = servers.find((one) => one.name === snapshot.primary && one !== server) ?? null;
  const [own, other] = [server.preflight, primary?.preflight];
  return {
    at,
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
    copy: setAside ? await gatherCopy(parts, name, primary?.name ?? null) : null,
    unfinished: unfinished?.text ?? null,
  };
}

async function gatherCopy(parts: TakeoversParts, server: string, primary: string | null): Promise<CopyInput> {
  const [own, source, sourceBusy] = await Promise.all([
    dataOf(parts, server),
    primary === null ? ({ kind: 'none' } as const) : dataOf(parts, primary),
    primary === null ? false : backsUp(parts, primary),
  ]);
  return { own, source, sourceBusy };
}

async function dataOf(parts: TakeoversParts, server: string): Promise<DataLook> {
  const agent = parts.agent(server);
  if (!agent) return { kind: 'none' };
  try {
    return { kind: 'seen', data: await agent.dataDirectory() };
  } catch (error) {
    return { kind: 'failed', text: messageOf(error) };
  }
}

async function backsUp(parts: TakeoversParts, server: string): Promise<boolean> {
  const status = await parts
    .agent(server)
    ?.status()
    .catch(() => null);
  return (status?.backups.running ?? null) !== null;
}
