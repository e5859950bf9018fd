import type { Connection } from './connection.ts';
import { eventRow, listEvents, type EventRow } from './events-move.ts';

/** All events of the server that the account may see: with EVENT on *.* all of them, without it silently none. Rejects with SqlError. */
export async function readEvents(connection: Connection, timeoutMs: number): Promise<EventRow[]> {
  return (await connection.query(listEvents().sql, { timeoutMs })).map(eventRow);
}
