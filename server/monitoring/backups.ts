import type { DumpManifest } from '../contract/dumps.ts';
import { worstOf, type Verdict } from './verdict.ts';

export interface BackupsSeen {
  /** Whole backups, newest first. */
  readonly backups: readonly DumpManifest[];
  /** When the last one failed, unless one succeeded since. */
  readonly failure: { readonly at: string; readonly text: string } | null;
  /** Since when the one that is being made is at work; null: none is. */
  readonly makingSince: Date | null;
  /** When one should have begun last, by the schedule; null: there is no schedule. */
  readonly dueAt: Date | null;
  readonly now: Date;
}

/** A backup may take its time; one that takes longer than this has not come. */
const GRACE_HOURS = 6;
/** Without a schedule somebody else calls for them: a day, and an hour for the clock change. */
const UNSCHEDULED_HOURS = 25;
const HOUR_MS = 3_600_000;

/** Whether backups come when they should, and the last one succeeded. */
export function judgeBackups({ backups, failure, makingSince, dueAt, now }: BackupsSeen): Verdict {
  const [newest] = backups;
  const failed: Verdict[] = failure
    ? [{ level: newest ? 'warning' : 'critical', text: `the last backup failed at ${failure.at}: ${failure.text}` }]
    : [];
  if (!newest) {
    const text = makingSince
      ? `no backup yet, the first is made since ${makingSince.toISOString()}`
      : 'there is no backup';
    return worstOf([{ level: makingSince ? 'warning' : 'critical', text }, ...failed], '');
  }
  const ageMs = now.getTime() - Date.parse(newest.startedAt);
  const words = `the newest backup, ${newest.name}, was begun ${hours(ageMs)} ago`;
  return worstOf(
    [...failed, late(ageMs, { makingSince, dueAt, now }, words)],
    `${words}, ${newest.bytes} bytes, ${backups.length} kept`,
  );
}

function late(
  ageMs: number,
  { makingSince, dueAt, now }: Pick<BackupsSeen, 'makingSince' | 'dueAt' | 'now'>,
  words: string,
): Verdict {
  const well: Verdict = { level: 'ok', text: words };
  if (dueAt === null) {
    return ageMs > UNSCHEDULED_HOURS * HOUR_MS ? { level: 'critical', text: `${words}, more than a day` } : well;
  }
  // A schedule's call comes on its second; a backup that was begun by hand just before it counts as well.
  const overdueMs = now.getTime() - dueAt.getTime();
  const begun = ageMs <= overdueMs + HOUR_MS;
  if (begun) return well;
  if (overdueMs <= GRACE_HOURS * HOUR_MS) {
    return makingSince || overdueMs < 60_000
      ? well
      : { level: 'warning', text: `${words}; the one due at ${dueAt.toISOString()} is not there yet` };
  }
  return { level: 'critical', text: `${words}; the one due at ${dueAt.toISOString()} has not come` };
}

function hours(ms: number): string {
  return ms < 2 * HOUR_MS ? `${Math.max(0, Math.round(ms / 60_000))} min` : `${Math.round(ms / HOUR_MS)} h`;
}
