import { socketTarget } from './client-options.ts';
import { connect, type Connection } from './connection.ts';
import { replicaStatus, type ReplicaStatus } from './replica-status.ts';
import { flag, number, text } from './row.ts';
import { SqlError } from './sql-error.ts';

/** What an agent must know of its own server before it acts on it. */
export interface LocalServer {
  readonly version: string;
  readonly readOnly: boolean;
  /** Names of the configured replica connections, running or not; "" is the default one. Any means: it replicates. */
  readonly connections: readonly string[];
  readonly binlog: boolean;
  /** Replicated transactions are in its own binary log too, so its binlog position is its whole position. */
  readonly logsReplicated: boolean;
  /** @@gtid_slave_pos as text. */
  readonly appliedGtid: string;
}

/** Looks at the server. Needs SLAVE MONITOR for the connections (measured on 10.11). Rejects with SqlError. */
export async function observeLocalServer(connection: Connection, timeoutMs: number): Promise<LocalServer> {
  const [row] = await connection.query(
    `SELECT VERSION() AS version, @@read_only AS read_only, @@log_bin AS log_bin,
            @@log_slave_updates AS log_slave_updates, @@gtid_slave_pos AS gtid_slave_pos`,
    { timeoutMs },
  );
  if (!row) throw new Error('SELECT of variables answered no row');
  const connections = await connection.query('SHOW ALL SLAVES STATUS', { timeoutMs });
  return {
    version: text(row, 'version'),
    readOnly: flag(row, 'read_only') ?? false,
    connections: connections.map((status) => text(status, 'Connection_name')),
    binlog: flag(row, 'log_bin') ?? false,
    logsReplicated: flag(row, 'log_slave_updates') ?? false,
    appliedGtid: text(row, 'gtid_slave_pos'),
  };
}

/** The server's connections to its sources; none: it replicates from nobody. Needs SLAVE MONITOR. Rejects with SqlError. */
export async function localReplication(connection: Connection, timeoutMs: number): Promise<ReplicaStatus[]> {
  return (await connection.query('SHOW ALL SLAVES STATUS', { timeoutMs })).map(replicaStatus);
}

/** @@gtid_slave_pos: what it has applied, as a position. Rejects with SqlError. */
export async function appliedPosition(connection: Connection, timeoutMs: number): Promise<string> {
  const [row] = await connection.query('SELECT @@gtid_slave_pos AS gtid_slave_pos', { timeoutMs });
  return text(row ?? {}, 'gtid_slave_pos');
}

/** Where the server keeps its data, as an absolute path. */
export async function dataDirectory(connection: Connection, timeoutMs: number): Promise<string> {
  const [row] = await connection.query('SELECT @@datadir AS datadir', { timeoutMs });
  return text(row ?? {}, 'datadir');
}

/** The name of the oldest binary log; null where there is none (1381: the log is off). Needs BINLOG MONITOR. */
export async function oldestBinaryLog(connection: Connection, timeoutMs: number): Promise<string | null> {
  try {
    const [oldest] = await connection.query('SHOW BINARY LOGS', { timeoutMs });
    return oldest ? text(oldest, 'Log_name') : null;
  } catch (error) {
    if (error instanceof SqlError && error.errno === 1381) return null;
    throw error;
  }
}

/** How many time zones the server knows by name; 0 before they are loaded. Needs SELECT on mysql.time_zone_name. */
export async function countTimeZones(connection: Connection, timeoutMs: number): Promise<number> {
  const [row] = await connection.query('SELECT COUNT(*) AS zones FROM mysql.time_zone_name', { timeoutMs });
  return (row && number(row, 'zones')) ?? 0;
}

/**
 * One question to the server behind the socket, as the account of the options file, on a connection of its own.
 * timeoutMs bounds the connect; the statements have the deadlines that `ask` gives them.
 */
export async function askLocalServer<T>(
  where: { readonly socket: string; readonly defaultsFile: string | undefined },
  timeoutMs: number,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(await socketTarget(where.socket, where.defaultsFile), timeoutMs);
  try {
    return await ask(connection);
  } finally {
    connection.destroy();
  }
}
