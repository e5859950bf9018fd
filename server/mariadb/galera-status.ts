import type { NodeStatus } from '../contract/galera-status.ts';
import type { Connection } from './connection.ts';
import { number, text } from './row.ts';
import { SqlError } from './sql-error.ts';

const STATUS = [
  'wsrep_cluster_status',
  'wsrep_local_state_comment',
  'wsrep_ready',
  'wsrep_cluster_size',
  'wsrep_cluster_state_uuid',
  'wsrep_last_committed',
  'wsrep_gcomm_uuid',
  'wsrep_local_cached_downto',
] as const;

const LOAD = [
  'wsrep_local_recv_queue',
  'wsrep_local_send_queue',
  'wsrep_flow_control_paused_ns',
  'wsrep_local_cert_failures',
  'wsrep_replicated_bytes',
  'wsrep_received_bytes',
  'Uptime',
] as const;

/** A node as the watch reads it. Counters count since its start. */
export interface GaleraFacts {
  readonly status: NodeStatus;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  /** Nanoseconds in which it was stalled by flow control. */
  readonly flowControlPausedNs: number;
  readonly certificationFailures: number;
  /** What it replicated and received in its uptime. */
  readonly writtenBytes: number;
  readonly uptimeSeconds: number;
  /** gcache.size; null where it is not told. */
  readonly cacheBytes: number | null;
  readonly flushLogAtCommit: number | null;
}

/**
 * What a running node says of its cluster; null where it is none (wsrep_on is off). SHOW STATUS and the like work without a
 * Primary component as well (measured); the list of members is a table, and needs one. Rejects with SqlError.
 */
export async function galeraStatus(connection: Connection, timeoutMs: number): Promise<NodeStatus | null> {
  const values = await shown(connection, 'STATUS', STATUS, timeoutMs);
  return await statusIn(values, connection, timeoutMs);
}

/** As galeraStatus, with how well the node keeps up. */
export async function readGaleraFacts(connection: Connection, timeoutMs: number): Promise<GaleraFacts | null> {
  const values = await shown(connection, 'STATUS', [...STATUS, ...LOAD], timeoutMs);
  const status = await statusIn(values, connection, timeoutMs);
  if (status === null) return null;
  const settings = await shown(
    connection,
    'VARIABLES',
    ['wsrep_provider_options', 'innodb_flush_log_at_trx_commit'],
    timeoutMs,
  );
  const count = (name: (typeof LOAD)[number]): number => Number(values.get(name) ?? '0') || 0;
  const flush = settings.get('innodb_flush_log_at_trx_commit');
  return {
    status,
    receiveQueue: count('wsrep_local_recv_queue'),
    sendQueue: count('wsrep_local_send_queue'),
    flowControlPausedNs: count('wsrep_flow_control_paused_ns'),
    certificationFailures: count('wsrep_local_cert_failures'),
    writtenBytes: count('wsrep_replicated_bytes') + count('wsrep_received_bytes'),
    uptimeSeconds: count('Uptime'),
    cacheBytes: bytesOf(/gcache\.size\s*=\s*(\d+[KMGT]?)/i.exec(settings.get('wsrep_provider_options') ?? '')?.[1]),
    flushLogAtCommit: flush === undefined ? null : number({ flush }, 'flush'),
  };
}

async function statusIn(
  values: ReadonlyMap<string, string>,
  connection: Connection,
  timeoutMs: number,
): Promise<NodeStatus | null> {
  const value = (name: (typeof STATUS)[number]): string => values.get(name) ?? '';
  const word = value('wsrep_cluster_status').toLowerCase();
  if (word === '') return null;
  const clusterStatus = word === 'primary' || word === 'non-primary' || word === 'disconnected' ? word : 'unknown';
  const cached = signed(value('wsrep_local_cached_downto'));
  return {
    clusterStatus,
    cachedDownto: cached === '-1' ? null : cached,
    localState: value('wsrep_local_state_comment'),
    ready: value('wsrep_ready') === 'ON',
    clusterSize: Number(value('wsrep_cluster_size')) || 0,
    stateUuid: value('wsrep_cluster_state_uuid'),
    lastCommitted: signed(value('wsrep_last_committed')),
    ownId: value('wsrep_gcomm_uuid'),
    members: clusterStatus === 'primary' ? await membersOf(connection, timeoutMs) : [],
  };
}

async function shown(
  connection: Connection,
  what: 'STATUS' | 'VARIABLES',
  names: readonly string[],
  timeoutMs: number,
): Promise<ReadonlyMap<string, string>> {
  const list = names.map((name) => `'${name}'`).join(', ');
  const rows = await connection.query(`SHOW GLOBAL ${what} WHERE Variable_name IN (${list})`, { timeoutMs });
  return new Map(rows.map((row) => [text(row, 'Variable_name'), text(row, 'Value')]));
}

/**
 * Ids in the group of the members of the node's component; [] where it does not let us read them (SELECT on
 * mysql.wsrep_cluster_members) or stops being Primary in between.
 */
async function membersOf(connection: Connection, timeoutMs: number): Promise<string[]> {
  try {
    const rows = await connection.query('SELECT node_uuid FROM mysql.wsrep_cluster_members', { timeoutMs });
    return rows.map((row) => text(row, 'node_uuid')).toSorted();
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'statement') return [];
    throw error;
  }
}

/** The server shows "undefined" as the highest unsigned number (measured: 18446744073709551615). */
function signed(value: string): string {
  if (!/^\d{1,20}$/.test(value)) return '-1';
  const whole = BigInt(value);
  return String(whole > 9_223_372_036_854_775_807n ? -1n : whole);
}

function bytesOf(size: string | undefined): number | null {
  if (size === undefined) return null;
  const power = 'KMGT'.indexOf(size.slice(-1).toUpperCase()) + 1;
  return Number.parseInt(size, 10) * 1024 ** power;
}

/**
 * Makes the component of this node Primary. Only where no other member can be: a second Primary component has the same id,
 * and nothing tells them apart (measured). Needs SUPER. Rejects with SqlError.
 */
export async function makePrimary(connection: Connection, timeoutMs: number): Promise<void> {
  await connection.query("SET GLOBAL wsrep_provider_options='pc.bootstrap=true'", { timeoutMs });
}
