import { Cron } from 'croner';

/** A schedule that calls on. */
export interface Schedule {
  /** When it calls next; null when it never does. */
  next(): Date | null;
  stop(): void;
}

/**
 * Calls `take` at the times of the cron expression, in the time zone of the machine. A call that comes while the last one
 * has not ended is left out. Throws when the expression is none.
 */
export function startSchedule(expression: string, take: () => Promise<void>): Schedule {
  const cron = new Cron(expression, { protect: true, unref: true }, take);
  return { next: () => cron.nextRun(), stop: () => cron.stop() };
}

/** When it called last before `now`; null when it never did. Throws when the expression is none. */
export function lastCall(expression: string, now: Date): Date | null {
  return new Cron(expression, { paused: true }).previousRuns(1, now)[0] ?? null;
}
