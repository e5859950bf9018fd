import type { ReplicationConnection, ServerSnapshot } from '../contract/snapshot.ts';

type Promotable = ServerSnapshot['promotable'];

/**
 * Whether the server could take over as far as the last look tells, and by which kind; else why not, in one sentence.
 * It feeds the button: the plan decides.
 */
export function promotable(
  server: ServerSnapshot,
  servers: readonly ServerSnapshot[],
  primaryName: string | null,
): Promotable {
  const primary = servers.find((one) => one.name === primaryName) ?? null;
  const connection =
    server.replication.find((one) => primary !== null && one.primary === primary.name) ?? server.replication[0];
  const kind = kindFor(primary);
  const reason = whyNot(server, connection, primary, kind);
  return reason === null ? { possible: true, kind, reason: null } : { possible: false, kind: null, reason };
}

function kindFor(primary: ServerSnapshot | null): NonNullable<Promotable['kind']> {
  // Without a primary among the configured servers, the one it follows is not ours to manage.
  if (!primary) return 'detach';
  return primary.state === 'up' ? 'switchover' : 'failover';
}

function whyNot(
  server: ServerSnapshot,
  connection: ReplicationConnection | undefined,
  primary: ServerSnapshot | null,
  kind: NonNullable<Promotable['kind']>,
): string | null {
  const { name } = server;
  if (primary?.name === name) return `${name} is the primary.`;
  if (server.state === 'unreachable') return `${name} can't be reached.`;
  if (server.state === 'stale') return `What is known of ${name} is too old.`;
  if (server.candidate === 'never') return `The configuration says that ${name} is never to be promoted.`;
  if (server.maintenance !== null)
    return `${name} is in maintenance: ${server.maintenance.reason} (${server.maintenance.owner}).`;
  if (!connection) return `${name} replicates from nobody.`;
  if (connection.sqlThread !== 'running')
    return `${name} is not applying: its SQL thread is ${words(connection.sqlThread)}.`;
  if (connection.usingGtid === 'no') return `${name} does not replicate by GTID.`;
  if (connection.delaySeconds > 0) return `${name} is delayed by ${connection.delaySeconds} s on purpose.`;
  if (server.errantGtid) return `${name} has transactions of its own: ${server.errantGtid}.`;
  if (kind === 'switchover' && primary) {
    if (connection.primary !== primary.name)
      return `${name} replicates from ${connection.primary ?? connection.source}, not from ${primary.name}.`;
    if (connection.ioThread !== 'running')
      return `${name} is not connected to ${primary.name}: its IO thread is ${words(connection.ioThread)}.`;
    if (server.tcpOff) return `${name} runs with TCP off (skip_networking): ${primary.name} could not follow it.`;
  }
  return null;
}

function words(thread: ReplicationConnection['ioThread']): string {
  return thread === 'error' ? 'stopped by an error' : thread;
}
