import type { EventRow } from '../mariadb/events-move.ts';

/** What is remembered of a primary's events: on a replica a disabled event and an enabled one look alike. */
export interface EventMemory {
  /** The events of that server as last seen while it was the primary; null where nobody saw them. */
  remembered(server: string): Promise<{ readonly at: number; readonly events: readonly EventRow[] } | null>;
}
