import type { Row } from './connection.ts';
import { number, text } from './row.ts';
import { statement, type Statement } from './statement.ts';

/** One fixed name on every server, so that consoles that know nothing of each other cannot both act. */
const LOCK = "'baton.takeover'";

/** Takes the lock without waiting. For lockAnswer(). */
export function takeLock(): Statement {
  return statement(`SELECT GET_LOCK(${LOCK}, 0) AS taken, IS_USED_LOCK(${LOCK}) AS holder`);
}

/** Gives the lock back; nothing happens where this connection does not hold it. */
export function releaseLock(): Statement {
  return statement(`DO RELEASE_LOCK(${LOCK})`);
}

/** Who holds the lock now, taking nothing. For lockAnswer(). */
export function readLockHolder(): Statement {
  return statement(`SELECT 0 AS taken, IS_USED_LOCK(${LOCK}) AS holder`);
}

/** Whether takeLock got it, and else the connection that has it (null where it was freed in between). */
export function lockAnswer(row: Row): { taken: boolean; holder: number | null } {
  return { taken: number(row, 'taken') === 1, holder: number(row, 'holder') };
}

/** Who a connection is: `user`, `host`, `seconds`. */
export function readConnection(id: number): Statement {
  return statement(
    `SELECT USER AS user, HOST AS host, TIME AS seconds FROM information_schema.PROCESSLIST WHERE ID=${Math.trunc(id)}`,
  );
}

/** "baton_operate from 10.0.0.7:5123". */
export function connectionText(row: Row): string {
  return `${text(row, 'user') || 'somebody'} from ${text(row, 'host') || 'an unknown address'}`;
}
