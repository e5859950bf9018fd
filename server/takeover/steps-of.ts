import type { Step } from '../operations/step.ts';
import type { TakeoverContext } from './context.ts';
import { detachSteps } from './detach.ts';
import { hookAgainSteps } from './hooks/hook-steps.ts';
import { failoverSteps } from './failover.ts';
import { rejoinSteps } from './rejoin/rejoin-steps.ts';
import { reseedSteps } from './rejoin/reseed-steps.ts';
import { switchoverSteps } from './switchover.ts';
import type { Task } from './task.ts';

const byKind = {
  switchover: switchoverSteps,
  failover: failoverSteps,
  detach: detachSteps,
  rejoin: rejoinSteps,
  reseed: reseedSteps,
} as const;

/** The steps of the task's kind, in their order. */
export function stepsOf(task: Task): Step<TakeoverContext>[] {
  return task.again ? hookAgainSteps(task) : byKind[task.kind](task);
}
