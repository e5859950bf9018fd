import { Abandoned, words, type actOf, type Run } from './run.ts';
import type { Step, StepEnd } from './step.ts';

/** A step that does not come back at all is given up this long after its deadline. */
const GRACE_MS = 5_000;

/** Runs one step to its end, whatever it does: its deadline and what it throws are ends as well. */
export async function runStep<C>(run: Run<C>, step: Step<C>, act: ReturnType<typeof actOf>): Promise<StepEnd> {
  const { context } = run.program;
  const work = async (): Promise<StepEnd> => {
    const already = run.takenUp ? await step.alreadyDone?.(context, act) : null;
    if (already) return { kind: 'skipped', note: already };
    const end = await step.run(context, act);
    if (end.kind !== 'done') return end;
    const reason = (await step.verify?.(context, act)) ?? null;
    return reason === null ? end : { kind: 'failed', error: reason };
  };
  const { promise: late, resolve } = Promise.withResolvers<StepEnd>();
  const timer = setTimeout(
    () => resolve({ kind: 'failed', error: 'it did not come to an end within its deadline' }),
    act.deadline.remainingMs() + GRACE_MS,
  );
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    if (error instanceof Abandoned) throw error;
    return { kind: 'failed', error: words(error) };
  } finally {
    clearTimeout(timer);
  }
}
