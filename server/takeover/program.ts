import { SqlError } from '../mariadb/sql-error.ts';
import type { Program } from '../operations/program.ts';
import type { StepParts, TakeoverContext } from './context.ts';
import type { TakeoversParts } from './parts.ts';
import { speaks } from './speaks.ts';
import { stepsOf } from './steps-of.ts';
import { summaryOf } from './summary.ts';
import type { Task } from './task.ts';

/** For all undos together: they take milliseconds, or a server has to come back first. */
const UNDO_MS = 20_000;
const LAST_LOOK_MS = 1_500;

/** What the steps need of the parts. */
export function stepParts(parts: TakeoversParts): StepParts {
  const { observe, operate } = parts.users;
  return {
    connect: (server, timeoutMs) => parts.connect(server, 'operate', timeoutMs),
    probe: (server, timeoutMs) => parts.connect(server, 'observe', timeoutMs),
    // An account that only reads can't write through anything; one that also operates could.
    spareUsers: new Set(observe === operate ? [] : [observe]),
    replication: parts.replication,
    sources: parts.sources,
    agent: parts.agent,
    events: parts.watch,
    hooks: parts.hooks.runner,
    now: parts.now,
  };
}

/** Nobody is told that a server takes writes again which does not answer. */
async function lookAtOldPrimary({ task, parts, away }: TakeoverContext): Promise<void> {
  if (task.kind !== 'switchover' || task.oldPrimary === null || task.dryRun) return;
  try {
    (await parts.probe(task.oldPrimary, LAST_LOOK_MS)).destroy();
    away.delete(task.oldPrimary);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    if (!speaks(error.kind)) away.add(task.oldPrimary);
  }
}

/** What the runner runs for the task. */
export function programOf(
  task: Task,
  context: TakeoverContext,
  afterwards: () => Promise<void>,
): Program<TakeoverContext> {
  return {
    steps: stepsOf(task),
    context,
    budgetMs: task.budgetMs,
    undoMs: UNDO_MS,
    summary: summaryOf,
    async close(ended) {
      await ended.links.release();
      if (ended.opened) await afterwards();
      else await lookAtOldPrimary(ended);
    },
  };
}
