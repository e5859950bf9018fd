import { connect as openSocket } from 'node:net';
import type { Aliveness } from '../../contract/galera-evidence.ts';
import { galeraStatus } from '../../mariadb/galera-status.ts';
import { askLocalServer } from '../../mariadb/local-server.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { findHolder, type Holder } from './find-process.ts';
import type { ServerOptions } from './server-options.ts';

const ASK_MS = 1_500;
const KNOCK_MS = 1_000;

/** The server beside the agent. */
export interface LocalNode {
  readonly socket: string;
  readonly defaultsFile: string | undefined;
}

/**
 * Whether the node runs, in every state it can be in. "down" is proven three times: no process has the data directory,
 * nothing holds its files, nothing answers at its socket or its port in the group. `lastPid`: which process it was. Never
 * rejects.
 */
export async function aliveness(
  node: LocalNode,
  dataDirectory: string,
  options: ServerOptions,
  lastPid: number | null = null,
): Promise<Aliveness> {
  let holder: Holder;
  try {
    holder = await findHolder(dataDirectory, lastPid);
  } catch (error) {
    return { kind: 'unknown', reason: `the processes of this host can't be looked at: ${String(error)}` };
  }
  if (holder.kind === 'process' && holder.frozen)
    return { kind: 'silent', pid: holder.pid, detail: 'its process is stopped (SIGSTOP)' };
  const pid = holder.kind === 'process' ? holder.pid : null;
  const answer = await ask(node);
  if (answer.kind === 'status') return { kind: 'serving', pid, status: answer.status };
  if (answer.kind === 'silent') return { kind: 'silent', pid, detail: answer.detail };
  switch (holder.kind) {
    case 'process':
      if (holder.open)
        return { kind: 'silent', pid: holder.pid, detail: 'it has its data open, and no socket: it starts or ends' };
      return { kind: 'waiting', pid: holder.pid, position: holder.position };
    case 'unseen':
      return { kind: 'unknown', reason: holder.reason };
    case 'none':
  }
  const group = groupAddress(options);
  if (group !== null && (await listens(group)))
    return {
      kind: 'unknown',
      reason: `something listens at ${group.host}:${group.port}, the node's port in the group`,
    };
  return { kind: 'down' };
}

type Answer =
  | { readonly kind: 'status'; readonly status: Extract<Aliveness, { kind: 'serving' }>['status'] }
  | { readonly kind: 'silent'; readonly detail: string }
  /** Nothing listens at the socket. */
  | { readonly kind: 'nobody' };

async function ask(node: LocalNode): Promise<Answer> {
  try {
    return await askLocalServer(node, ASK_MS, async (connection): Promise<Answer> => {
      const status = await galeraStatus(connection, ASK_MS);
      if (status === null) return { kind: 'silent', detail: 'it runs without Galera (wsrep_on is off)' };
      return { kind: 'status', status };
    });
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'refused') return { kind: 'nobody' };
    return { kind: 'silent', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Where the node listens for the others: gmcast.listen_addr, else port 4567 of its address. */
export function groupAddress(options: ServerOptions): { host: string; port: number } | null {
  const provider = options.get('wsrep_provider_options') ?? '';
  const listen = /gmcast\.listen_addr\s*=\s*(?:tcp|ssl):\/\/(\[[^\]]+\]|[^:;"\s]+)(?::(\d+))?/.exec(provider);
  const host = (listen?.[1] ?? '0.0.0.0').replace(/^\[|\]$/g, '');
  const port = Number(listen?.[2] ?? /base_port\s*=\s*(\d+)/.exec(provider)?.[1] ?? 4567);
  const anywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  return port > 0 && port < 65_536 ? { host: anywhere[host] ?? host, port } : null;
}

async function listens({ host, port }: { host: string; port: number }): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = openSocket({ host, port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(KNOCK_MS, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
