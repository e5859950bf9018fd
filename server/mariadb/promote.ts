import { plainLiteral, statement, type Statement } from './statement.ts';

/**
 * The statements that move one connection of a replica, always by its name: without one they touch the default connection
 * only and still say ok. None of them obeys a time limit (measured on 10.11): watch them from another connection.
 */
export function stopReplication(connection: string): Statement {
  return statement(`STOP SLAVE ${plainLiteral(connection)}`);
}

/** Stops receiving and goes on applying: what has been received stays, and can be drained. */
export function stopReceiving(connection: string): Statement {
  return statement(`STOP SLAVE ${plainLiteral(connection)} IO_THREAD`);
}

/** Starts the IO thread alone. */
export function startReceiving(connection: string): Statement {
  return statement(`START SLAVE ${plainLiteral(connection)} IO_THREAD`);
}

/** Starts both threads. In GTID mode this drops what a fully stopped replica has received and not applied (measured on 10.11). */
export function startReplication(connection: string): Statement {
  return statement(`START SLAVE ${plainLiteral(connection)}`);
}

/** Forgets where it replicates from, and the relay log with it. Only after everything in it is applied. */
export function forgetPrimary(connection: string): Statement {
  return statement(`RESET SLAVE ${plainLiteral(connection)} ALL`);
}

/** SHOW ALL SLAVES STATUS: rows for replicaStatus(). */
export function readReplication(): Statement {
  return statement('SHOW ALL SLAVES STATUS');
}
