import { Abandoned } from '../../operations/run.ts';
import { done, failed, skipped, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { hookMessage } from './hook-message.ts';
import { commandText, hookStepId, type TaskHook } from './task-hook.ts';

/** Beyond its time-out: to be killed, and to be waited for. */
const MARGIN_MS = 3_000;

/**
 * One hook as a step. Begun and not ended when its console died, it is ended and run again behind the point of no return,
 * and ended alone before it. What a hook has done is not undone here: that is what onFailure hooks are for.
 */
export function hookStep(hook: TaskHook): Step<TakeoverContext> {
  return {
    id: hookStepId(hook),
    name: `hook ${hook.name}`,
    server: 'console host',
    deadlineMs: hook.timeoutMs + MARGIN_MS,
    ...(hook.place === 'onFailure' ? { afterFailure: true } : {}),
    run: async (context, act) => await run(context, act, hook),
    async undo(context, act) {
      const left = context.hookProcesses[hook.name];
      const ended = left !== undefined && context.parts.hooks.endLeftOver(left);
      if (hook.place === 'beforeFencing' && !hooksOf(context).some(({ place }) => place === 'onFailure')) {
        act.followUp(
          handsOf.note(
            `Hook ${hook.name} has run, and no onFailure hook is configured: bring back what it took away (${commandText(hook.command)}).`,
          ),
        );
      }
      return ended ? { kind: 'undone', note: 'what its console had left running was ended' } : { kind: 'nothing' };
    },
  };
}

const hooksOf = ({ task }: TakeoverContext): readonly TaskHook[] => task.hooks ?? [];

async function run(context: TakeoverContext, act: Act, hook: TaskHook): Promise<StepEnd> {
  const { hooks } = context.parts;
  const [program = ''] = hook.command;
  const problem = await hooks.problem(program);
  if (problem !== null) {
    if (!context.task.accepted.includes('hook-missing')) return notRun(context, act, hook, `${program} ${problem}`);
    act.followUp(handsOf.hook(context, act, hook, `Hook ${hook.name} was left out: ${program} ${problem}.`));
    return skipped(`${program} ${problem}; that it is left out was accepted`);
  }
  const left = context.hookProcesses[hook.name];
  if (left && hooks.endLeftOver(left)) act.log('(what the earlier console had left running was ended)\n');
  const attempt = await nextAttempt(context, act, hook);
  const url = hooks.operationUrl(context.task.again?.operationId ?? act.operation.id);
  const message = hookMessage(context.task, hook, attemptOf(context, act, attempt, url));
  act.statement(commandText(hook.command));
  const timeoutMs = Math.min(hook.timeoutMs, act.deadline.remainingMs());
  const running = hooks.start(hook.command, `${JSON.stringify(message)}\n`, {
    timeoutMs,
    signal: act.signal,
    onOutput: (text) => act.log(text),
  });
  act.waitsFor(`${program} to end, at most ${Math.ceil(timeoutMs / 1000)} s`);
  if (running.process) await keep(act, `hook-process-${hook.name}`, { ...running.process });
  const { ok, text } = await running.ended;
  return ok ? done(attempt === 1 ? text : `${text}, attempt ${attempt}`) : notRun(context, act, hook, text);
}

/** What is said of the operation: of a hook that is run again later, the one that it belongs to. */
function attemptOf(
  { task }: TakeoverContext,
  act: Act,
  attempt: number,
  url: string,
): Parameters<typeof hookMessage>[2] {
  const { again } = task;
  if (!again) return { operation: act.operation, ending: act.ending, attempt, url };
  const { operationId: id, startedAt, pointOfNoReturnPassed, ending } = again;
  return { operation: { id, startedAt, pointOfNoReturnPassed, takenUp: false }, ending, attempt, url };
}

async function nextAttempt(context: TakeoverContext, act: Act, { name }: TaskHook): Promise<number> {
  const attempt = (context.hookAttempts[name] ?? 0) + 1;
  context.hookAttempts[name] = attempt;
  await keep(act, `hook-attempt-${name}`, attempt);
  return attempt;
}

/** Recorded where the store answers. Without it a later console knows less; the intent of the step it knows anyway. */
async function keep(act: Act, name: string, value: number | { pid: number; startTicks: number }): Promise<void> {
  try {
    await act.record(name, value);
  } catch (error) {
    if (error instanceof Abandoned) throw error;
  }
}

function notRun(context: TakeoverContext, act: Act, hook: TaskHook, text: string): StepEnd {
  if (hook.place === 'afterPromotion') {
    const said = `failed after ${context.task.target} became the primary (${text})`;
    act.followUp(handsOf.hook(context, act, hook, `Hook ${hook.name} ${said}: see its log in the step.`));
  }
  if (hook.place === 'onFailure') {
    const said = `failed (${text}), and what it was to bring back may be missing`;
    act.followUp(handsOf.hook(context, act, hook, `Hook ${hook.name} ${said}: see its log in the step.`));
  }
  return failed(text);
}
