import type { Step } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import type { Task } from '../task.ts';
import { hookStep } from './hook-step.ts';
import type { HookPlace } from './task-hook.ts';

/** The steps of the hooks that stand at that place, one after the other in the order of the configuration. */
export function hookSteps(task: Task, place: HookPlace): Step<TakeoverContext>[] {
  return (task.hooks ?? []).filter((hook) => hook.place === place).map(hookStep);
}

/** The one step of a hook that is run again. Throws where the task has no such hook: a bug. */
export function hookAgainSteps({ hooks = [], again }: Task): Step<TakeoverContext>[] {
  const hook = hooks.find(({ name }) => name === again?.hook);
  if (!hook) throw new Error(`the task has no hook ${again?.hook}`);
  const { afterFailure: _, ...step } = hookStep(hook);
  return [step];
}
