import { workOf } from '../../server/contract/dump-proof.ts';
import type { BackupFailure, Dump, DumpCatalogue } from '../../server/contract/dumps.ts';
import { duration } from '../format/duration.ts';
import type { MarkLevel } from '../status/mark-level.ts';

export type ServerDumps = DumpCatalogue['servers'][number];

/** How a dump was made: short for a column, and what that means for who restores it. */
export const methodWords: Record<Dump['method'], { text: string; meaning: string }> = {
  dump: { text: 'mariadb-dump', meaning: 'SQL text of all databases: loads into any server of this version or newer.' },
  mariabackup: {
    text: 'mariabackup',
    meaning: 'A whole copy of the data files: becomes the data directory of a server.',
  },
  'mariabackup-incremental': {
    text: 'incremental',
    meaning: 'What changed in the data files since the copy before it: useless without that one.',
  },
};

/** Has it been proven that this dump can be restored? `at`: when that was tried. */
export function restoreWords(verified: Dump['verified']): { level: MarkLevel; word: string; at: string | null } {
  if (verified === null) return { level: 'off', word: 'never restored', at: null };
  if (!verified.ok) return { level: 'serious', word: 'restoring it failed', at: verified.at };
  return { level: 'normal', word: `restored and checked in ${duration(verified.seconds)}`, at: verified.at };
}

/** The first characters of a checksum: enough to tell two files apart by eye; the whole of it is what is copied. */
export const shortSha = (sha256: string): string => sha256.slice(0, 12);

/** How long a bar is beside the others: 0 to 1. */
export function partOf(bytes: number, largest: number): number {
  return largest <= 0 ? 0 : Math.min(1, Math.max(0, bytes / largest));
}

/** Why there is no dump to show. */
export type NoDumps =
  | { kind: 'no-agent' }
  | { kind: 'unreachable'; servers: string[] }
  | { kind: 'scheduled'; server: string; nextAt: string }
  | { kind: 'unscheduled'; server: string };

/** The cause of an empty list, from what is known of each server's agent. */
export function whyNoDumps(servers: readonly ServerDumps[]): NoDumps {
  const up = servers.filter(({ agent }) => agent === 'up');
  const [first] = up;
  if (first === undefined) {
    const silent = servers.filter(({ agent }) => agent === 'unreachable').map(({ server }) => server);
    return silent.length === 0 ? { kind: 'no-agent' } : { kind: 'unreachable', servers: silent };
  }
  const soonest = nextScheduled(up);
  return soonest === null ? { kind: 'unscheduled', server: first.server } : { kind: 'scheduled', ...soonest };
}

/** Which server makes the next dump of the schedule, and when; null where none is scheduled. */
export function nextScheduled(servers: readonly ServerDumps[]): { server: string; nextAt: string } | null {
  const scheduled = servers.flatMap(({ server, nextAt }) => (nextAt === null ? [] : [{ server, nextAt }]));
  return scheduled.toSorted((one, other) => Date.parse(one.nextAt) - Date.parse(other.nextAt))[0] ?? null;
}

/** Is a failure still the last word, or has that server made such a dump since? */
export function failureStands(server: string, failure: BackupFailure, dumps: readonly Dump[]): boolean {
  return !dumps.some(
    (dump) =>
      dump.server === server &&
      workOf(dump.method) === failure.work &&
      Date.parse(dump.endedAt) > Date.parse(failure.at),
  );
}
