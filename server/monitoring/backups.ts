import { standingBad, workOf } from '../contract/dump-proof.ts';
import type { BackupFailure, Dump } from '../contract/dumps.ts';
import { worstOf, type Verdict } from './verdict.ts';

export interface BackupsSeen {
  /** Backups that can be restored, as far as is known, newest first. */
  readonly backups: readonly Dump[];
  /** What the schedule, or somebody, is to make. */
  readonly methods: readonly ('dump' | 'mariabackup')[];
  /** What failed last and has not succeeded since. */
  readonly failures: readonly BackupFailure[];
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

/** Whether backups come when they should, by each method, the last one succeeded, and those that were tried can be restored. */
export function judgeBackups(seen: BackupsSeen): Verdict {
  const { backups, methods, failures, now } = seen;
  const [newest] = backups;
  const failed = failures.map(({ at, text, work }): Verdict => {
    const has = work === 'verify' || backups.some(({ method }) => workOf(method) === work);
    return { level: has ? 'warning' : 'critical', text: `${failedWords[work]} failed at ${at}: ${text}` };
  });
  const bad = standingBad(backups).map(({ name, verified }): Verdict => ({
    level: 'critical',
    text: `${name} can’t be restored: ${verified?.text}`,
  }));
  if (!newest) return worstOf([none('', seen), ...failed], '');
  const each = methods.map((method) => {
    const last = backups.find((one) => workOf(one.method) === method);
    return last ? late(last, seen) : none(methods.length > 1 ? ` by ${method}` : '', seen);
  });
  const well = `${words(newest, now)}, ${newest.bytes} bytes, ${backups.length} kept`;
  return worstOf([...bad, ...failed, ...each], `${well}${provenWords(backups, now)}`);
}

const failedWords: Record<BackupFailure['work'], string> = {
  dump: 'the last backup',
  mariabackup: 'the last physical backup',
  verify: 'verifying the backups',
};

function none(by: string, { makingSince }: BackupsSeen): Verdict {
  return makingSince
    ? { level: 'warning', text: `no backup${by} yet, the first is made since ${makingSince.toISOString()}` }
    : { level: 'critical', text: `there is no backup${by}` };
}

function late(last: Dump, { makingSince, dueAt, now }: BackupsSeen): Verdict {
  const ageMs = now.getTime() - Date.parse(last.startedAt);
  const text = words(last, now);
  const well: Verdict = { level: 'ok', text };
  if (dueAt === null) {
    return ageMs > UNSCHEDULED_HOURS * HOUR_MS ? { level: 'critical', text: `${text}, more than a day` } : well;
  }
  // A schedule's call comes on its second; a backup that was begun by hand just before it counts as well.
  const overdueMs = now.getTime() - dueAt.getTime();
  const begun = ageMs <= overdueMs + HOUR_MS;
  if (begun) return well;
  if (overdueMs <= GRACE_HOURS * HOUR_MS) {
    return makingSince || overdueMs < 60_000
      ? well
      : { level: 'warning', text: `${text}; the one due at ${dueAt.toISOString()} is not there yet` };
  }
  return { level: 'critical', text: `${text}; the one due at ${dueAt.toISOString()} has not come` };
}

function words({ name, startedAt }: Dump, now: Date): string {
  return `the newest backup, ${name}, was begun ${hours(now.getTime() - Date.parse(startedAt))} ago`;
}

function provenWords(backups: readonly Dump[], now: Date): string {
  const proven = backups.find(({ verified }) => verified?.ok)?.verified;
  return proven ? `, one was restored and checked ${hours(now.getTime() - Date.parse(proven.at))} ago` : '';
}

function hours(ms: number): string {
  return ms < 2 * HOUR_MS ? `${Math.max(0, Math.round(ms / 60_000))} min` : `${Math.round(ms / HOUR_MS)} h`;
}
