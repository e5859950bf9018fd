import type { Dump, DumpMethod } from './dumps.ts';

/** Backups that stand for each other: a newer one of a series makes an older one needless. */
export function seriesOf({ method, database }: Pick<Dump, 'method' | 'database'>): string {
  return method === 'dump' ? `dump ${database ?? ''}` : 'physical';
}

/** Whether it restores all of its server, and needs no other file for it. */
export function isWholeByItself({ base, database }: Pick<Dump, 'base' | 'database'>): boolean {
  return base === null && database === null;
}

/** What makes it, and fails by itself. */
export function workOf(method: DumpMethod): 'dump' | 'mariabackup' {
  return method === 'dump' ? 'dump' : 'mariabackup';
}

/**
 * Those that could not be restored when it was tried, newest first, as long as no later one of their server and series is
 * proven to be good.
 */
export function standingBad(dumps: readonly Dump[]): Dump[] {
  return dumps
    .filter(({ verified }) => verified?.ok === false)
    .filter(
      (bad) =>
        !dumps.some(
          (other) =>
            other.verified?.ok === true &&
            other.server === bad.server &&
            seriesOf(other) === seriesOf(bad) &&
            Date.parse(other.startedAt) > Date.parse(bad.startedAt),
        ),
    )
    .toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}
