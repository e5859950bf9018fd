import type { StepText } from '../step-texts.ts';
import type { Task } from '../task.ts';
import { commandText, hookStepId, type HookPlace, type TaskHook } from './task-hook.ts';

const when: Record<HookPlace, string> = {
  beforeFencing: 'before the first act that stops writes; a failure stops the takeover and undoes it',
  afterPromotion: 'as soon as the new primary takes writes; a failure is left to do',
  onFailure: 'only when the takeover has acted and does not succeed, after the undo',
};

/** What each hook's step does, by step id, with its command. */
export function hookTexts({ hooks = [] }: Task): Readonly<Record<string, StepText>> {
  return Object.fromEntries(hooks.map((hook) => [hookStepId(hook), textOf(hook)]));
}

function textOf({ place, command, timeoutMs, fence }: TaskHook): StepText {
  const fences = fence ? 'Fences the old primary. ' : '';
  return {
    text: `${fences}Runs on the console's host ${when[place]}. Killed after ${timeoutMs / 1000} s.`,
    statements: [commandText(command)],
  };
}
