import { formatGtidList, type GtidList } from './gtid.ts';
import { literal, statement, type Statement } from './statement.ts';

/** Waits until the position is applied here, at most `seconds`: answers `waited` 0, or -1 when the time was over. */
export function waitForPosition(position: GtidList, seconds: number): Statement {
  return statement(`SELECT MASTER_GTID_WAIT(${literal(formatGtidList(position))}, ${seconds}) AS waited`);
}

/** The position that this server has, its own transactions included, as `position`. */
export function readCurrentPosition(): Statement {
  return statement('SELECT @@GLOBAL.gtid_current_pos AS position');
}

/** All that tells where a server stands: `binlog`, `state`, `slave`, `current`, `read_only`, `server_id`. */
export function readPositions(): Statement {
  return statement(
    'SELECT @@GLOBAL.gtid_binlog_pos AS binlog, @@GLOBAL.gtid_binlog_state AS state, @@GLOBAL.gtid_slave_pos AS slave, ' +
      '@@GLOBAL.gtid_current_pos AS current, @@GLOBAL.read_only AS read_only, @@GLOBAL.server_id AS server_id',
  );
}
