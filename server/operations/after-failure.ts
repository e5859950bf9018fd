import { deadlineIn } from './deadline.ts';
import { resultOf } from './forward.ts';
import { runStep } from './run-step.ts';
import { actOf, durableIfPossible, instant, type Run } from './run.ts';
import type { ActEnding } from './step.ts';

/**
 * Runs the steps that a failure calls for, when the operation had acted. What becomes of them changes no outcome: the
 * servers are as the undo left them. Rejects with Abandoned when the lease is lost.
 */
export async function afterFailure<C>(run: Run<C>, ending: ActEnding): Promise<void> {
  const steps = run.program.steps.filter((step) => step.afterFailure && !run.ended.has(step.id));
  const acted = run.program.steps.some((step) => run.begun.has(step.id) && !step.readsOnly && !step.afterFailure);
  const succeeded = ending.outcome.startsWith('succeeded');
  for (const step of steps) {
    if (succeeded || !acted || run.dryRun) {
      run.view.step(step.id, { state: 'not-run', note: succeeded ? 'nothing failed' : 'nothing was changed' });
      continue;
    }
    await durableIfPossible(run.journal.write(step.id, 'intent', null));
    run.view.step(step.id, { state: 'running', startedAt: instant(run.now()) });
    const act = actOf(run, step, deadlineIn(step.deadlineMs), new AbortController().signal, ending);
    const end = await runStep(run, step, act);
    const well = end.kind === 'done' || end.kind === 'skipped';
    run.view.step(step.id, {
      state: well ? end.kind : 'failed',
      endedAt: instant(run.now()),
      waitsFor: null,
      note: well ? end.note : null,
      error: well ? null : end.error,
    });
    await durableIfPossible(run.journal.write(step.id, 'result', resultOf(run.view.stepValue(step.id))));
  }
}
