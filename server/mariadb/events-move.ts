import type { Row } from './connection.ts';
import { flag, text } from './row.ts';
import { identifier, plainLiteral, statement, type Statement } from './statement.ts';

/** An event as information_schema.EVENTS shows it. */
export interface EventRow {
  readonly schema: string;
  readonly name: string;
  readonly definer: string;
  readonly status: 'ENABLED' | 'DISABLED' | 'SLAVESIDE_DISABLED';
  readonly sqlMode: string;
  readonly characterSetClient: string;
  readonly collationConnection: string;
  /** Everything else that a change of the status must leave as it was. */
  readonly rest: string;
  /** It was to run once, and its time is over: enabled, it would never run. */
  readonly overdue: boolean;
}

/** All events that the account may see (EVENT on *.* for all of them); rows for eventRow(). */
export function listEvents(): Statement {
  return statement(
    'SELECT EVENT_SCHEMA, EVENT_NAME, DEFINER, STATUS, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, ' +
      "MD5(CONCAT_WS('|', TIME_ZONE, EVENT_BODY, EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, " +
      'STARTS, ENDS, ON_COMPLETION, CREATED, EVENT_COMMENT, DATABASE_COLLATION)) AS REST, ' +
      'COALESCE(CONVERT_TZ(EXECUTE_AT, TIME_ZONE, @@time_zone), EXECUTE_AT) <= NOW() AS OVERDUE ' +
      'FROM information_schema.EVENTS ORDER BY EVENT_SCHEMA, EVENT_NAME',
  );
}

/** A row of listEvents(). */
export function eventRow(row: Row): EventRow {
  const status = text(row, 'STATUS');
  return {
    schema: text(row, 'EVENT_SCHEMA'),
    name: text(row, 'EVENT_NAME'),
    definer: text(row, 'DEFINER'),
    status: status === 'ENABLED' || status === 'DISABLED' ? status : 'SLAVESIDE_DISABLED',
    sqlMode: text(row, 'SQL_MODE'),
    characterSetClient: text(row, 'CHARACTER_SET_CLIENT'),
    collationConnection: text(row, 'COLLATION_CONNECTION'),
    rest: text(row, 'REST'),
    overdue: flag(row, 'OVERDUE') ?? false,
  };
}

/** Keeps what follows on this connection out of the binary log (BINLOG ADMIN): with it, ALTER EVENT breaks the replica (1950). */
export function withoutBinlog(): Statement {
  return statement('SET SESSION sql_log_bin=0');
}

/**
 * Sets the status of an event and nothing else: ALTER EVENT would make its caller the definer, and take over the session's
 * sql_mode and character set (measured on 10.11). One block, so that the names in it are read as the UTF-8 they are sent in,
 * whatever the event's character set is. Both statements run on the same connection, in this order.
 */
export function setEventStatus(
  event: EventRow,
  status: 'ENABLE' | 'DISABLE ON SLAVE',
): readonly [Statement, Statement] {
  const characterSet = [
    `character_set_client=${plainLiteral(event.characterSetClient)}`,
    `collation_connection=${plainLiteral(event.collationConnection)}`,
  ].join(', ');
  const alter = `ALTER DEFINER=${definer(event.definer)} EVENT ${identifier(event.schema)}.${identifier(event.name)} ${status}`;
  return [
    statement(`SET SESSION sql_mode=${plainLiteral(event.sqlMode)}, NAMES utf8mb4`),
    statement(`BEGIN NOT ATOMIC SET SESSION ${characterSet}; ${alter}; END`),
  ];
}

/** Whether two looks at an event differ in anything but its status. */
export function sameButStatus(a: EventRow, b: EventRow): boolean {
  return (
    a.definer === b.definer &&
    a.sqlMode === b.sqlMode &&
    a.characterSetClient === b.characterSetClient &&
    a.collationConnection === b.collationConnection &&
    a.rest === b.rest
  );
}

/** user@host, split at the last @: a user's name may hold one, a host's may not. */
function definer(account: string): string {
  const at = account.lastIndexOf('@');
  return `${identifier(account.slice(0, at))}@${identifier(account.slice(at + 1))}`;
}
