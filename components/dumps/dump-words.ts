import type { VerifyRun } from '../../server/contract/agent.ts';
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
    meaning:
      'A whole copy of the data files: becomes the data directory of a server, the fast first copy of a replica.',
  },
  'mariabackup-incremental': {
    text: 'incremental',
    meaning: 'What changed in the data files since the backup before it: restored after all that it builds on.',
  },
};

/** Has it been proven that this dump can be restored? `at`: when that was tried. */
export function restoreWords(verified: Dump['verified']): { level: MarkLevel; word: string; at: string | null } {
  if (verified === null) return { level: 'off', word: 'never restored', at: null };
  if (!verified.ok) return { level: 'serious', word: 'not good', at: verified.at };
  return { level: 'normal', word: `restored and checked in ${duration(verified.seconds)}`, at: verified.at };
}

/** What is being done to prove a dump. */
export const stepWords: Record<VerifyRun['step'], string> = {
  unpack: 'unpacking it',
  prepare: 'preparing its files',
  start: 'starting a server on it',
  load: 'loading it',
  check: 'checking every table',
  compare: 'comparing it with its manifest',
};

/** Where an incremental backup stands: how many steps behind the full one, which is named; null where that is not listed. */
export function chainOf(
  dump: Pick<Dump, 'base' | 'server'>,
  dumps: readonly Dump[],
): { step: number; full: Dump } | null {
  let { base } = dump;
  for (let step = 1; base !== null && step <= dumps.length; step += 1) {
    const name: string = base;
    const below = dumps.find((one) => one.server === dump.server && one.name === name);
    if (below === undefined) return null;
    if (below.base === null) return { step, full: below };
    base = below.base;
  }
  return null;
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
