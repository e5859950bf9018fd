import type { Row } from './connection.ts';
import { number } from './row.ts';
import { plainLiteral, statement, type Statement } from './statement.ts';

/** Off: the first commit of a new primary does not wait 10 s for a replica that has not come yet (measured on 10.11). */
export function waitWithoutReplica(on: boolean): Statement {
  return statement(`SET GLOBAL rpl_semi_sync_master_wait_no_slave=${on ? 1 : 0}`);
}

/** Whether this server waits for acknowledgements when it is the primary. */
export function semiSyncPrimary(on: boolean): Statement {
  return statement(`SET GLOBAL rpl_semi_sync_master_enabled=${on ? 1 : 0}`);
}

/** How long a commit waits for an acknowledgement before it goes on without. */
export function semiSyncTimeout(ms: number): Statement {
  return statement(`SET GLOBAL rpl_semi_sync_master_timeout=${Math.trunc(ms)}`);
}

/** AFTER_COMMIT or AFTER_SYNC. */
export function semiSyncWaitPoint(point: string): Statement {
  return statement(`SET GLOBAL rpl_semi_sync_master_wait_point=${plainLiteral(point)}`);
}

/** Takes effect when the IO thread starts next. */
export function semiSyncReplica(on: boolean): Statement {
  return statement(`SET GLOBAL rpl_semi_sync_slave_enabled=${on ? 1 : 0}`);
}

/** Commits that wait for an acknowledgement now, as `waiting`. */
export function readWaitingCommits(): Statement {
  return statement(
    "SELECT VARIABLE_VALUE AS waiting FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME='RPL_SEMI_SYNC_MASTER_WAIT_SESSIONS'",
  );
}

/** Commits that stand still until a replica says that it has them; 0 where the server is not asked to wait. */
export const waitingCommits = (row: Row): number => number(row, 'waiting') ?? 0;
