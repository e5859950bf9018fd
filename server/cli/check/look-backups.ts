import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Cron } from 'croner';
import { readCatalogue } from '../../backups/catalogue.ts';
import { FailureNote } from '../../backups/failure-note.ts';
import { nameOfPartial } from '../../backups/names.ts';
import type { AgentConfiguration } from '../../contract/configuration.ts';
import { messageOf } from '../../contract/errors.ts';
import { judgeBackups } from '../../monitoring/backups.ts';
import type { Verdict } from '../../monitoring/verdict.ts';

/** Looks into the backup directory itself: the answer does not depend on a running agent. */
export async function lookAtBackups(agent: AgentConfiguration, now: Date): Promise<Verdict> {
  const { backups } = agent;
  if (!backups) return { level: 'unknown', text: 'no agent.backups is configured' };
  const { directory, schedule } = backups;
  try {
    const note = await FailureNote.open(
      join(agent.stateDirectory ?? join(directory, '.agent'), 'last-backup-failure.json'),
    );
    return judgeBackups({
      backups: await readCatalogue(directory),
      failure: note.failure,
      makingSince: await beginningOfPartial(directory),
      dueAt: schedule === undefined ? null : (new Cron(schedule, { paused: true }).previousRuns(1, now)[0] ?? null),
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
