import type { Step } from './step.ts';
import { durable, durableIfPossible, instant, intentOf, type Run } from './run.ts';

/**
 * Writes down that the steps begin, all at the same time, and shows them as running. Rejects with Abandoned when the lease
 * is lost, with BatonError when the store is gone: then none of them may act.
 */
export async function begin<C>(run: Run<C>, steps: readonly Step<C>[]): Promise<void> {
  for (const step of steps) {
    // From here a cancel comes too late: whoever asks is told so.
    if (step.pointOfNoReturn) run.passed = true;
    if (!step.intentAhead) await announce(run, step, steps);
    run.begun.add(step.id);
  }
  for (const step of steps) {
    run.view.step(step.id, { state: 'running', startedAt: instant(run.now()) });
    if (step.pointOfNoReturn) run.view.change({ pointOfNoReturnPassed: true });
  }
}

/** Its intent goes into the journal: durable before the first of them acts. */
async function announce<C>(run: Run<C>, step: Step<C>, beside: readonly Step<C>[]): Promise<void> {
  const { journal, passed, prepared, program } = run;
  const intent = intentOf(program.steps, program.steps.indexOf(step));
  // What changes nothing may be forgotten with the process: it is undone by doing nothing.
  const changes = beside.filter((one) => !one.readsOnly);
  const waits = changes.length === 0 ? !passed && intent.ahead.length === 0 : step !== changes.at(-1);
  const announced = prepared.get(step.id);
  if (!announced && waits) return journal.soon(step.id, 'intent', intent);
  const write = announced ?? journal.write(step.id, 'intent', intent);
  await (passed && !step.pointOfNoReturn ? durableIfPossible(write) : durable(write));
}
