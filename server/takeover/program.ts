import type { Program } from '../operations/program.ts';
import type { StepParts, TakeoverContext } from './context.ts';
import type { TakeoversParts } from './parts.ts';
import { stepsOf } from './steps-of.ts';
import { summaryOf } from './summary.ts';
import type { Task } from './task.ts';

/** For all undos together: they take milliseconds, or a server has to come back first. */
const UNDO_MS = 20_000;

/** What the steps need of the parts. */
export function stepParts(parts: TakeoversParts): StepParts {
  const { observe, operate } = parts.users;
  return {
    connect: (server, timeoutMs) => parts.connect(server, 'operate', timeoutMs),
    probe: (server, timeoutMs) => parts.connect(server, 'observe', timeoutMs),
    // An account that only reads can't write through anything; one that also operates could.
    spareUsers: new Set(observe === operate ? [] : [observe]),
    replication: parts.replication,
    agent: parts.agent,
    events: parts.watch,
    now: parts.now,
  };
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
    async close({ links, opened }) {
      await links.release();
      if (opened) await afterwards();
    },
  };
}
