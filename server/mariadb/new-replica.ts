import type { Connection } from './connection.ts';
import { changePrimary, type NewPrimary } from './change-primary.ts';
import { setEventStatus, withoutBinlog } from './events-move.ts';
import { readEvents } from './events.ts';
import { formatGtidList, furthest, gtidList, has, type GtidList } from './gtid.ts';
import { flag, number, text } from './row.ts';
import { literal } from './statement.ts';

/** What the replication account may see of a primary before anything is copied from it. No privilege is needed. */
export interface SeenPrimary {
  readonly serverId: number;
  readonly version: string;
  readonly logs: boolean;
  /** Its last transaction, by domain. */
  readonly position: GtidList;
  /** The transactions that it has ever had, the last ones by domain and server. */
  readonly history: GtidList;
}

/** Looks at the primary. Rejects with SqlError. */
export async function seePrimary(connection: Connection, timeoutMs: number): Promise<SeenPrimary> {
  const [row] = await connection.query(
    `SELECT @@server_id AS server_id, VERSION() AS version, @@log_bin AS log_bin, @@gtid_binlog_pos AS position,
            @@gtid_binlog_state AS state, @@gtid_slave_pos AS applied`,
    { timeoutMs },
  );
  if (!row) throw new Error('SELECT of variables answered no row');
  const [position, state, applied] = ['position', 'state', 'applied'].map((name) => gtidList(text(row, name)));
  return {
    serverId: number(row, 'server_id') ?? 0,
    version: text(row, 'version'),
    logs: flag(row, 'log_bin') ?? false,
    // A domain that no event of its own log has touched since it was itself made from a copy.
    position: furthest(position ?? [], applied ?? []),
    history: [...(state ?? []), ...(applied ?? [])],
  };
}

/** The transactions of a position that the history does not hold: a copy at this position is another server's. */
export function notInHistory(position: GtidList, history: GtidList): GtidList {
  return position.filter((gtid) => !has(history, gtid));
}

/** The id of the server behind the connection. Rejects with SqlError. */
export async function serverId(connection: Connection, timeoutMs: number): Promise<number> {
  const [row] = await connection.query('SELECT @@server_id AS server_id', { timeoutMs });
  return (row && number(row, 'server_id')) ?? 0;
}

/**
 * Makes the server a replica from this position on, not started yet. Nothing of it goes into its binary log; events that
 * came with the copy are put to sleep, since they would write beside the primary's. Rejects with SqlError.
 */
export async function becomeReplica(
  connection: Connection,
  { to, position }: { readonly to: NewPrimary; readonly position: GtidList },
  timeoutMs: number,
): Promise<void> {
  await connection.query(withoutBinlog().sql, { timeoutMs });
  for (const event of await readEvents(connection, timeoutMs)) {
    if (event.status !== 'ENABLED') continue;
    for (const { sql } of setEventStatus(event, 'DISABLE ON SLAVE')) await connection.query(sql, { timeoutMs });
  }
  await connection.query(`SET GLOBAL gtid_slave_pos=${literal(formatGtidList(position))}`, { timeoutMs });
  await connection.query(changePrimary(to).sql, { timeoutMs });
}

/** Rejects with SqlError. */
export async function startReplication(connection: Connection, timeoutMs: number): Promise<void> {
  await connection.query('START SLAVE', { timeoutMs });
}

/** Rejects with SqlError. */
export async function stopReplication(connection: Connection, timeoutMs: number): Promise<void> {
  await connection.query('STOP SLAVE', { timeoutMs });
}

/** Whether an error of the I/O thread goes away by waiting: the primary did not answer, 2002 to 2013. */
export const isPassing = (errno: number): boolean => errno === 0 || (errno >= 2002 && errno <= 2013);
