import type { Row } from './connection.ts';
import { number, text } from './row.ts';
import { statement, type Statement } from './statement.ts';

/** One line of the processlist. What a client runs is not kept: it may hold a password. */
export interface ServerSession {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly command: string;
  readonly state: string;
  readonly seconds: number;
  /** Whether its statement may write; false while it runs none. */
  readonly writing: boolean;
}

/** All sessions (needs PROCESS); rows for serverSession(). The first word of the statement only, for the reason above. */
export function listSessions(): Statement {
  return statement(
    'SELECT ID AS id, USER AS user, HOST AS host, COMMAND AS command, STATE AS state, TIME_MS AS time_ms, ' +
      "SUBSTRING_INDEX(LTRIM(LEFT(INFO, 64)), ' ', 1) AS verb FROM information_schema.PROCESSLIST",
  );
}

/** As listSessions, at a third of its cost: for the moment in which writes are stopped. Rows for listedClient(). */
export function listClients(): Statement {
  return statement('SHOW PROCESSLIST');
}

/** A line of SHOW PROCESSLIST. */
export function listedClient(row: Row): ServerSession {
  return {
    id: number(row, 'Id') ?? 0,
    user: text(row, 'User'),
    host: text(row, 'Host'),
    command: text(row, 'Command'),
    state: text(row, 'State'),
    seconds: number(row, 'Time') ?? 0,
    writing: false,
  };
}

/**
 * Words that a statement which writes nothing begins with. CALL, EXECUTE and unknown words may write; so may BEGIN, since
 * one that is seen at work is BEGIN NOT ATOMIC.
 */
const READING = /^(select|show|set|use|do|explain|desc|describe|help|kill|commit|rollback|start|with|values)$/i;

/** A row of listSessions(). */
export function serverSession(row: Row): ServerSession {
  const command = text(row, 'command');
  const verb = text(row, 'verb').trim();
  return {
    id: number(row, 'id') ?? 0,
    user: text(row, 'user'),
    host: text(row, 'host'),
    command,
    state: text(row, 'state'),
    seconds: (number(row, 'time_ms') ?? 0) / 1000,
    writing: ['Query', 'Execute'].includes(command) && verb !== '' && !READING.test(verb),
  };
}

/**
 * The sessions that must end before a server may stop being the primary: all clients and event workers. Kept: the ones
 * spared by id or by user, binlog dumps, and the server's own threads (replication, event scheduler, purge).
 */
export function clientSessions(
  sessions: readonly ServerSession[],
  spare: { readonly ids: ReadonlySet<number>; readonly users: ReadonlySet<string> },
): ServerSession[] {
  return sessions.filter(
    ({ id, user, command }) =>
      !spare.ids.has(id) &&
      !spare.users.has(user) &&
      user !== 'system user' &&
      user !== 'event_scheduler' &&
      command !== 'Daemon' &&
      command !== 'Killed' &&
      !command.startsWith('Binlog Dump') &&
      !command.startsWith('Slave_'),
  );
}

/** Sessions that a global read lock holds up: their commit is not done, and killing them undoes nothing that was acknowledged. */
export function waitingForBackupLock(sessions: readonly ServerSession[]): ServerSession[] {
  return sessions.filter(({ state }) => state === 'Waiting for backup lock');
}

/** Sessions that wait for a lock on a table, or on all of them: what they run is not done. */
export function waitingForLocks(sessions: readonly ServerSession[]): ServerSession[] {
  return sessions.filter(({ state }) => /^Waiting for (table|backup|global|schema|stored) .*lock/.test(state));
}

/**
 * The threads that apply what a replica has received: the SQL thread, and of a parallel replica the workers that have work.
 * Ended, they give back what they have begun, and their position stays as it was (1927).
 */
export function applyingThreads(sessions: readonly ServerSession[]): ServerSession[] {
  return sessions.filter(
    ({ command, state }) =>
      command === 'Slave_SQL' || (command === 'Slave_worker' && state !== 'Waiting for work from SQL thread'),
  );
}

/** Ends the connections in one round trip; one that has ended by itself (1094) is no failure. */
export function killSessions(ids: readonly number[]): Statement {
  const kills = ids.map((id) => `KILL CONNECTION ${Math.trunc(id)};`).join(' ');
  return statement(`BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; ${kills} END`);
}

/** Write transactions: `id`, `user`, `host`, `seconds`, `rows_modified` (needs PROCESS). */
export function listWriteTransactions(): Statement {
  return statement(
    'SELECT p.ID AS id, p.USER AS user, p.HOST AS host, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS seconds, ' +
      't.trx_rows_modified AS rows_modified FROM information_schema.INNODB_TRX t ' +
      'JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id WHERE t.trx_rows_modified > 0',
  );
}

/** Transactions that were prepared for a two-phase commit: no row means none. */
export function listPreparedTransactions(): Statement {
  return statement('XA RECOVER');
}

/** Who keeps others from a row that they wait for: `id`, `user`, `host`, `seconds` of its transaction (needs PROCESS). */
export function listRowLockHolders(): Statement {
  return statement(
    'SELECT DISTINCT p.ID AS id, p.USER AS user, p.HOST AS host, TIMESTAMPDIFF(SECOND, b.trx_started, NOW()) AS seconds ' +
      'FROM information_schema.INNODB_LOCK_WAITS w JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id ' +
      'JOIN information_schema.PROCESSLIST p ON p.ID = b.trx_mysql_thread_id',
  );
}

/**
 * Open transactions whose client is idle: who holds a metadata lock is mostly one of them (needs PROCESS; who really holds
 * it is told by the plugin metadata_lock_info alone). Rows as of listRowLockHolders.
 */
export function listIdleTransactions(): Statement {
  return statement(
    'SELECT p.ID AS id, p.USER AS user, p.HOST AS host, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS seconds ' +
      'FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id ' +
      "WHERE p.COMMAND = 'Sleep'",
  );
}
