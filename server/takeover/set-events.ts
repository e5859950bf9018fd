import { eventRow, listEvents, setEventStatus, withoutBinlog, type EventRow } from '../mariadb/events-move.ts';
import type { Session } from '../mariadb/session.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Act } from '../operations/step.ts';
import { look, perform } from './context.ts';

/**
 * Every enabled event of the server becomes one that runs on a primary only, without a trace in its binlog; answers how
 * many. The connection must be one that is closed afterwards: its sql_log_bin stays off. Rejects with SqlError.
 */
export async function disableEventsOn(act: Act, session: Session): Promise<number> {
  await perform(act, session, withoutBinlog());
  const enabled = (await eventsOn(act, session)).filter(({ status }) => status === 'ENABLED');
  for (const event of enabled) await performStatus(act, session, event, 'DISABLE ON SLAVE');
  return enabled.length;
}

/**
 * Enables those of the wanted events that are there and are not; answers why an event could not be, each by itself: one
 * whose definer or database is gone keeps no other off. The connection is one that is closed afterwards, as above.
 */
export async function enableEventsOn(act: Act, session: Session, wanted: readonly EventRow[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  await perform(act, session, withoutBinlog());
  const here = await eventsOn(act, session);
  const failures: string[] = [];
  for (const event of wanted) {
    const own = here.find((candidate) => sameEvent(candidate, event));
    if (!own) failures.push(`${eventName(event)} is not there`);
    if (!own || own.status === 'ENABLED') continue;
    try {
      await performStatus(act, session, own, 'ENABLE');
    } catch (error) {
      if (!(error instanceof SqlError) || error.outcomeUnknown) throw error;
      failures.push(`${eventName(event)}: ${error.message}`);
    }
  }
  return failures;
}

/** All events of the server that the account sees. Rejects with SqlError. */
export async function eventsOn(act: Act, session: Session): Promise<EventRow[]> {
  return (await look(act, session, listEvents())).map(eventRow);
}

/** By name, whatever became of its status. */
export const sameEvent = (a: EventRow, b: EventRow): boolean => a.schema === b.schema && a.name === b.name;
/** "schema.event", for people. */
export const eventName = ({ schema, name }: EventRow): string => `${schema}.${name}`;

async function performStatus(
  act: Act,
  session: Session,
  event: EventRow,
  status: 'ENABLE' | 'DISABLE ON SLAVE',
): Promise<void> {
  for (const change of setEventStatus(event, status)) await perform(act, session, change);
}
