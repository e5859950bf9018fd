import { lockAnswer, readConnection, readLockHolder, connectionText } from './advisory-lock.ts';
import { readPositions } from './drain.ts';
import { eventRow, listEvents, type EventRow } from './events-move.ts';
import { gtidList, parseGtidList, type GtidList } from './gtid.ts';
import { withoutSecrets } from './grants.ts';
import { listOtherTools, monitorHolders, otherTool, readMonitorLocks, type SessionNote } from './other-tools.ts';
import { number, text } from './row.ts';
import {
  listIdleTransactions,
  listPreparedTransactions,
  listRowLockHolders,
  listSessions,
  listWriteTransactions,
  serverSession,
  waitingForLocks,
  type ServerSession,
} from './sessions.ts';
import type { Row } from './connection.ts';
import type { ServerFacts } from './server-facts.ts';
import type { Session } from './session.ts';
import { SqlError } from './sql-error.ts';
import { plainLiteral, statement } from './statement.ts';

/** What a plan must know of a server beyond a poll. Read with the operating account, changing nothing. */
export interface ServerPreflight {
  /** SHOW GRANTS of the operating account, password hashes left out. */
  readonly grants: readonly string[];
  /** gtid_binlog_state, and the position it has. */
  readonly state: GtidList;
  readonly slave: GtidList;
  readonly current: GtidList;
  /** Where its oldest binary log begins: a replica that stands before it can't follow. null: not known. */
  readonly binlogFrom: GtidList | null;
  /** Writes that go on for longer than a second, each session once. */
  readonly longWrites: readonly SessionNote[];
  /** Sessions that wait for a lock on a table, or on all of them. */
  readonly waitingForLocks: readonly SessionNote[];
  /** Who keeps them waiting, as far as it can be told; also whom others wait for at a row. */
  readonly lockHolders: readonly SessionNote[];
  /** Sessions that show another tool, or a person, at work on replication. */
  readonly otherTools: readonly SessionNote[];
  /** Transactions prepared for a two-phase commit; null: not known. */
  readonly prepared: number | null;
  /** All events that the account sees. */
  readonly events: readonly EventRow[];
  /** Who holds Baton's lock for takeovers; null: nobody. */
  readonly lockHolder: string | null;
}

const LONG_SECONDS = 1;

/** Reads it within timeoutMs over all statements. Rejects with SqlError. */
export async function readPreflight(session: Session, timeoutMs: number): Promise<ServerPreflight> {
  const deadline = performance.now() + timeoutMs;
  const left = (): number => Math.max(1, deadline - performance.now());
  // First of all the positions: what is read of the primary later can then only be newer.
  const positions = await session.row(readPositions(), left());
  const grants = await session.run(statement('SHOW GRANTS'), left());
  const sessions = (await session.run(listSessions(), left())).map(serverSession);
  const transactions = await session.run(listWriteTransactions(), left());
  const waiting = waitingForLocks(sessions);
  const holders = [
    ...(await session.run(listRowLockHolders(), left())),
    ...(waiting.some(({ state }) => state.includes('metadata'))
      ? await session.run(listIdleTransactions(), left())
      : []),
  ];
  const monitors = monitorHolders(await session.row(readMonitorLocks(), left()));
  const tools = await session.run(listOtherTools(), left());
  const lockHolder = await readHolder(session, left);
  return {
    grants: grants.flatMap((row) => Object.values(row)).map((line) => withoutSecrets(String(line))),
    ...positionsOf(positions),
    binlogFrom: await allowed(oldestPosition(session, left)),
    longWrites: longWritesOf(sessions, transactions),
    waitingForLocks: waiting.map((one) => ({
      id: one.id,
      text: `connection ${one.id} of ${one.user}: ${one.state}, ${Math.round(one.seconds)} s`,
    })),
    lockHolders: eachOnce(holders.map(openTransaction)),
    otherTools: tools.map((row) => otherTool(row, monitors)).filter((one) => one !== null),
    prepared: (await allowed(session.run(listPreparedTransactions(), left())))?.length ?? null,
    events: (await session.run(listEvents(), left())).map(eventRow),
    lockHolder,
  };
}

/** What was read before, with the positions of a newer look: where each statement counts. */
export function renewed(known: ServerPreflight, { binlogState, slavePos, currentPos }: ServerFacts): ServerPreflight {
  return { ...known, state: binlogState, slave: slavePos, current: currentPos };
}

/** How many of the events run, if the scheduler does. */
export const enabledEvents = ({ events }: ServerPreflight): number =>
  events.filter(({ status }) => status === 'ENABLED').length;

async function readHolder(session: Session, left: () => number): Promise<string | null> {
  const { holder } = lockAnswer(await session.row(readLockHolder(), left()));
  return holder === null ? null : connectionText(await session.row(readConnection(holder), left()));
}

const positionsOf = (row: Row): Pick<ServerPreflight, 'state' | 'slave' | 'current'> => ({
  state: gtidList(text(row, 'state')),
  slave: gtidList(text(row, 'slave')),
  current: gtidList(text(row, 'current')),
});

function longWritesOf(sessions: readonly ServerSession[], transactions: readonly Row[]): SessionNote[] {
  return eachOnce([
    ...sessions
      .filter(({ writing, seconds }) => writing && seconds >= LONG_SECONDS)
      .map(({ id, user, host, seconds }) => ({
        id,
        text: `connection ${id} of ${user} from ${host}, writing for ${Math.round(seconds)} s`,
      })),
    ...transactions.filter((row) => (number(row, 'seconds') ?? 0) >= LONG_SECONDS).map(openTransaction),
  ]);
}

const openTransaction = (row: Row): SessionNote => ({
  id: number(row, 'id') ?? 0,
  text: `connection ${text(row, 'id')} of ${text(row, 'user')} from ${text(row, 'host')}, open for ${text(row, 'seconds')} s`,
});

const eachOnce = (notes: readonly SessionNote[]): SessionNote[] =>
  notes.filter(({ id }, index) => notes.findIndex((other) => other.id === id) === index);

/** The position at which the oldest binary log begins: its Gtid_list event, "[0-1-12]"; the very first log has "[]". */
async function oldestPosition(session: Session, left: () => number): Promise<GtidList | null> {
  const [oldest] = await session.run(statement('SHOW BINARY LOGS'), left());
  if (!oldest) return null;
  const file = plainLiteral(text(oldest, 'Log_name'));
  const events = await session.run(statement(`SHOW BINLOG EVENTS IN ${file} LIMIT 4`), left());
  const list = events.find((row) => text(row, 'Event_type') === 'Gtid_list');
  return list ? parseGtidList(text(list, 'Info').replace(/^\[|\]$/g, '')) : null;
}

/** The answer, or null where the account lacks the privilege (1227) or the binary log is off (1381). */
async function allowed<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof SqlError && [1227, 1381].includes(error.errno)) return null;
    throw error;
  }
}
