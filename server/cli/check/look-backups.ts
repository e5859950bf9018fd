import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureNote } from '../../backups/failure-note.ts';
import { nameOfPartial } from '../../backups/names.ts';
import { lastCall } from '../../backups/schedule.ts';
import { readSummaries } from '../../backups/summaries.ts';
import type { AgentConfiguration } from '../../contract/configuration/agent.ts';
import { messageOf } from '../../contract/errors.ts';
import { judgeBackups } from '../../monitoring/backups.ts';
import { stateDirectoryOf } from '../../agent/state-directory.ts';
import type { Verdict } from '../../monitoring/verdict.ts';

/** Looks into the backup directory itself: the answer does not depend on a running agent. */
export async function lookAtBackups(agent: AgentConfiguration, now: Date): Promise<Verdict> {
  const { backups } = agent;
  if (!backups) return { level: 'unknown', text: 'no agent.backups is configured' };
  const { directory, schedule } = backups;
  try {
    const note = await FailureNote.open(join(stateDirectoryOf(agent), 'last-backup-failure.json'));
    return judgeBackups({
      backups: await readSummaries(directory),
      methods: backups.method,
      failures: note.failures,
      makingSince: await beginningOfPartial(directory),
      dueAt: schedule === undefined ? null : lastCall(schedule, now),
      now,
    });
  } catch (error) {
    return { level: 'critical', text: `${directory} can't be read: ${messageOf(error)}` };
  }
}

/** When the backup that is being written now was begun; null: none is. */
async function beginningOfPartial(directory: string): Promise<Date | null> {
  const partial = (await readdir(directory)).find((name) => nameOfPartial(name) !== null);
  if (partial === undefined) return null;
  const file = await stat(join(directory, partial)).catch(() => null);
  return file?.birthtime ?? null;
}
