import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OperationStep } from '../contract/operation.ts';
import { deadlineIn, type Deadline } from './deadline.ts';
import { begin } from './begin.ts';
import { runStep } from './run-step.ts';
import type { Json, Step, StepEnd } from './step.ts';
import { Abandoned, actOf, durableIfPossible, instant, words, type Run } from './run.ts';

/** How the forward way ended. */
export type ForwardEnd =
  | { readonly kind: 'finished' }
  /** Before the point of no return: what began must be undone. */
  | {
      readonly kind: 'stopped';
      readonly why: 'cancelled' | 'refused' | 'failed';
      readonly step: string;
      readonly error: string;
    }
  /** Behind it, and without this step nothing behind it makes sense. */
  | { readonly kind: 'stuck'; readonly step: string; readonly error: string };

/** Steps that go on while others run; see Step.until. */
type Lasting<C> = Map<Step<C>, Promise<StepEnd>>;

/** Runs the steps in order until the end, a failure, or a cancel. Rejects with Abandoned when the lease is lost. */
export async function forward<C>(run: Run<C>): Promise<ForwardEnd> {
  const lasting: Lasting<C> = new Map();
  try {
    return await through(run, lasting);
  } finally {
    // Whatever comes next: nothing of this acts any more.
    await Promise.allSettled([...lasting].map(async ([step, end]) => await conclude(run, step, await end, true)));
    run.view.quiet(false);
  }
}

async function through<C>(run: Run<C>, lasting: Lasting<C>): Promise<ForwardEnd> {
  const budget = deadlineIn(run.program.budgetMs);
  for (const together of besideEachOther(run.program.steps)) {
    for (const [step, end] of lasting) {
      if (!together.some(({ id }) => id === step.until)) continue;
      lasting.delete(step);
      const over = await conclude(run, step, await end, true);
      if (over) return over;
    }
    const steps = together.filter((step) => !run.ended.has(step.id) && !leftOut(run, step));
    const [first] = steps;
    const last = steps.at(-1);
    if (!first || !last) continue;
    const stop = await mayBegin(run, first);
    if (stop) return stop;
    if (isAhead(run, last)) run.view.quiet(true);
    try {
      await begin(run, steps);
    } catch (error) {
      if (error instanceof Abandoned) throw error;
      run.passed = false;
      return { kind: 'stopped', why: 'failed', step: first.id, error: words(error) };
    }
    const overs: ForwardEnd[] = [];
    for (const { step, end } of await endsOf(run, steps, budget, lasting)) {
      const durably = !isAhead(run, step) && !step.intentAhead;
      const over = await conclude(run, step, end, durably);
      if (over) overs.push(over);
      if (durably && (run.passed || !run.program.urgent)) run.view.quiet(false);
    }
    const [over] = overs;
    if (over) return over;
  }
  return { kind: 'finished' };
}

/** Runs them at the same time. Answers how they ended; those that last beyond this go into `lasting`. */
async function endsOf<C>(
  run: Run<C>,
  steps: readonly Step<C>[],
  budget: Deadline,
  lasting: Lasting<C>,
): Promise<{ readonly step: Step<C>; readonly end: StepEnd }[]> {
  const signal = run.passed ? new AbortController().signal : run.cancel.signal;
  const running = (step: Step<C>): Promise<StepEnd> =>
    runStep(run, step, actOf(run, step, bound(step, run.passed, budget), signal));
  const awaited = steps
    .filter(({ until }) => until === undefined)
    .map((step) => running(step).then((end) => ({ step, end })));
  // Begun last, when the others have sent what they begin with: nobody waits for them yet.
  for (const step of steps) {
    if (step.until === undefined) continue;
    const end = nextTurn().then(() => running(step));
    // Its failure is taken where it is awaited: until then it must not end the console.
    end.catch(() => undefined);
    lasting.set(step, end);
  }
  return await Promise.all(awaited);
}

/** The steps in their order, those that run at the same time together. */
function besideEachOther<C>(steps: readonly Step<C>[]): Step<C>[][] {
  const groups: Step<C>[][] = [];
  for (const step of steps) {
    const before = step.beside ? groups.at(-1) : undefined;
    if (before) before.push(step);
    else groups.push([step]);
  }
  return groups;
}

/** Those that change something first, where all before them only read. */
export function firstChange<C>(steps: readonly Step<C>[]): Step<C>[] {
  const together = besideEachOther(steps).find((group) => group.some(({ readsOnly }) => !readsOnly)) ?? [];
  return together.filter(({ intentAhead }) => !intentAhead);
}

/** Whether the intent of the step behind it is written with its own. */
function isAhead<C>({ program: { steps } }: Run<C>, step: Step<C>): boolean {
  return steps[steps.indexOf(step) + 1]?.intentAhead === true;
}

function leftOut<C>(run: Run<C>, step: Step<C>): boolean {
  if (step.afterFailure) return true;
  const left = run.dryRun && !step.readsOnly;
  if (left) run.view.step(step.id, { state: 'not-run', note: 'a dry run changes nothing' });
  return left;
}

function bound(step: { deadlineMs: number }, passed: boolean, budget: Deadline): Deadline {
  return passed ? deadlineIn(step.deadlineMs) : budget.within(step.deadlineMs);
}

async function mayBegin<C>(run: Run<C>, step: Step<C>): Promise<ForwardEnd | null> {
  if (run.keeper.lost) throw new Abandoned('the lease was lost');
  if (run.passed) return null;
  if (!run.keeper.held && !(await run.keeper.confirm())) {
    if (run.keeper.lost) throw new Abandoned('the lease was lost');
    return {
      kind: 'stopped',
      why: 'failed',
      step: step.id,
      error: 'the store does not answer, so the lease may lapse',
    };
  }
  // Last, with nothing awaited between it and `passed`: a cancel is either seen here or told that it came too late.
  return run.cancel.signal.aborted ? { kind: 'stopped', why: 'cancelled', step: step.id, error: 'cancelled' } : null;
}

async function conclude<C>(run: Run<C>, step: Step<C>, end: StepEnd, durably: boolean): Promise<ForwardEnd | null> {
  const cancelled = end.kind === 'failed' && !run.passed && run.cancel.signal.aborted;
  const shown: Partial<OperationStep> = {
    // A wait that somebody ended has not failed.
    state: cancelled ? 'skipped' : end.kind === 'done' || end.kind === 'skipped' ? end.kind : 'failed',
    endedAt: instant(run.now()),
    waitsFor: null,
    note: cancelled ? 'cancelled' : end.kind === 'done' || end.kind === 'skipped' ? end.note : null,
    error: !cancelled && (end.kind === 'failed' || end.kind === 'refused') ? end.error : null,
  };
  run.view.step(step.id, shown);
  const withdrawn = end.kind === 'failed' && end.nothingHappened === true && step.pointOfNoReturn === true;
  const row: Json = { ...resultOf(run.view.stepValue(step.id)), withdrawn };
  if (!durably) run.journal.keep(step.id, 'result', row);
  // On disk with the intent of the next step: until then nothing more is changed. Behind the point of no return a probe
  // tells whether a step was done.
  else if (end.kind === 'done' || end.kind === 'skipped' || (run.passed && !withdrawn))
    run.journal.soon(step.id, 'result', row);
  else await durableIfPossible(run.journal.write(step.id, 'result', row));
  if (end.kind === 'done' || end.kind === 'skipped') return null;
  if (withdrawn) {
    run.passed = false;
    run.view.change({ pointOfNoReturnPassed: false });
  }
  if (!run.passed) {
    const why = cancelled ? 'cancelled' : end.kind === 'refused' ? 'refused' : 'failed';
    return { kind: 'stopped', why, step: step.id, error: end.error };
  }
  run.view.addFollowUps(step.hands?.(run.program.context) ?? []);
  const stuck = step.essential === true || (end.kind === 'failed' && end.needsHands === true);
  return stuck ? { kind: 'stuck', step: step.id, error: end.error } : null;
}

/** What of the step's view the journal keeps, so that the page tells the story without a gap after a restart. */
export function resultOf(step: OperationStep | undefined): { [key: string]: Json } {
  if (!step) return {};
  const { state, startedAt, endedAt, note, statements, log, error } = step;
  return { state, startedAt, endedAt, note, statements, log, error };
}
