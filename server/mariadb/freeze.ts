import type { Row } from './connection.ts';
import { gtidList, type GtidList } from './gtid.ts';
import { flag, text } from './row.ts';
import { bounded, statement, type Statement } from './statement.ts';

/**
 * Stops writes of accounts without READ_ONLY ADMIN. Blocks, and blocks new writes with it, behind LOCK TABLES or a running
 * write: never without lock_wait_timeout (measured on 10.11).
 */
export function stopWrites(lockWaitSeconds: number): Statement {
  return bounded('lock_wait_timeout', lockWaitSeconds, 'SET GLOBAL read_only=1');
}

/** Allows writes again. Says ok even while somebody holds a global read lock: look at `waitingForBackupLock` as well. */
export function allowWrites(): Statement {
  return statement('SET GLOBAL read_only=0');
}

/** Stops every commit, of privileged accounts too, until UNLOCK TABLES on the same connection or its end. */
export function lockAllTables(lockWaitSeconds: number): Statement {
  return bounded('lock_wait_timeout', lockWaitSeconds, 'FLUSH TABLES WITH READ LOCK');
}

/** Closes what is open, beforehand: the first FLUSH TABLES WITH READ LOCK of a busy server then takes 0.2 ms and not 50. */
export function closeTables(lockWaitSeconds: number): Statement {
  return bounded('lock_wait_timeout', lockWaitSeconds, 'FLUSH NO_WRITE_TO_BINLOG TABLES');
}

/** Gives the read lock back: writes go on where the server is not read-only. */
export function unlockTables(): Statement {
  return statement('UNLOCK TABLES');
}

/** Reads the binlog's position and whether writes are stopped, in one look. */
export function readSeal(): Statement {
  return statement('SELECT @@GLOBAL.gtid_binlog_pos AS position, @@GLOBAL.read_only AS read_only');
}

export interface Seal {
  readonly position: GtidList;
  readonly readOnly: boolean;
}

/** What readSeal's row says. `@@read_only` is 0/1 on 10.11 and a word from 12.0 (MDEV-36425). */
export function sealOf(row: Row): Seal {
  return { position: gtidList(text(row, 'position')), readOnly: flag(row, 'read_only') ?? false };
}

/** SUPER only (measured on 10.11). */
export function setEventScheduler(on: boolean): Statement {
  return statement(`SET GLOBAL event_scheduler=${on ? 'ON' : 'OFF'}`);
}
