import { setTimeout as delay } from 'node:timers/promises';
import { deadlineIn } from './deadline.ts';
import type { Step, UndoEnd } from './step.ts';
import { Abandoned, actOf, durableIfPossible, instant, intentOf, UNBEGUN, words, type Run } from './run.ts';

/** One try of one undo: short, so that an unreachable server keeps no other from being restored. */
const TRY_MS = 5_000;
const PAUSE_MS = 250;

/**
 * Undoes what began, last first, under a deadline of its own. An undo that fails is tried again after the others until
 * the time is over. Answers whether everything is undone. Rejects with Abandoned when the lease is lost.
 */
export async function backward<C>(run: Run<C>): Promise<boolean> {
  const deadline = deadlineIn(run.program.undoMs);
  run.view.settle(['pending'], 'not-run');
  await withdrawPrepared(run);
  const failures = new Map(run.view.value.steps.map(({ id, error }) => [id, error]));
  let whole = true;
  let pending = run.program.steps.filter((step) => run.begun.has(step.id) && 'undo' in step).toReversed();
  while (pending.length > 0) {
    const failed: Step<C>[] = [];
    for (const step of pending) {
      if (run.keeper.lost) throw new Abandoned('the lease was lost');
      const end = await undoStep(run, step, deadline.within(TRY_MS), failures.get(step.id) ?? null);
      if (end === null) failed.push(step);
      if (end?.kind === 'given-up') whole = false;
    }
    pending = failed;
    // A try without time would only hide why the one before it failed.
    if (pending.length === 0 || deadline.remainingMs() <= PAUSE_MS) break;
    await delay(PAUSE_MS);
  }
  for (const step of pending) run.view.addFollowUps(step.hands?.(run.program.context) ?? []);
  closeInterrupted(run);
  return whole && pending.length === 0;
}

/** Steps under which a console ended, and which have nothing to undo: nobody knows how far they came, and it does not matter. */
function closeInterrupted<C>(run: Run<C>): void {
  for (const { id, state } of run.view.value.steps) {
    if (state !== 'unknown') continue;
    run.view.step(id, {
      state: 'skipped',
      endedAt: instant(run.now()),
      note: 'interrupted: it leaves nothing to undo',
    });
  }
}

/**
 * Announced and never begun: the journal must not say that the point of no return is passed, and whoever takes this up must not
 * undo what others may have done since.
 */
async function withdrawPrepared<C>(run: Run<C>): Promise<void> {
  const { steps } = run.program;
  for (const [index, { id }] of steps.entries()) {
    if (!run.prepared.has(id) || run.begun.has(id)) continue;
    const withdrawn = { withdrawn: true, [UNBEGUN]: [id, ...intentOf(steps, index).ahead] };
    await durableIfPossible(run.journal.write(id, 'note', withdrawn));
  }
}

/** The end of one try; null when it failed. Why the step itself had failed, if it had, stays in the story. */
async function undoStep<C>(
  run: Run<C>,
  step: Step<C>,
  deadline: ReturnType<typeof deadlineIn>,
  failure: string | null,
): Promise<UndoEnd | null> {
  await durableIfPossible(run.journal.write(step.id, 'undo-intent', null));
  const before = run.view.stepValue(step.id)?.state;
  run.view.step(step.id, { waitsFor: 'being undone' });
  // How long a step took stays as it was, its undo is no part of it; one that was cut off ends here.
  const ended = (): { endedAt?: string } => (isOpen(before) ? { endedAt: instant(run.now()) } : {});
  try {
    const act = actOf(run, step, deadline, new AbortController().signal);
    const end = (await step.undo?.(run.program.context, act)) ?? { kind: 'nothing' };
    run.view.step(step.id, { ...shownEnd(end, before), ...ended(), waitsFor: null, error: failure });
    if (end.kind === 'left' || end.kind === 'given-up') run.view.addFollowUps(end.followUps);
    const note = end.kind === 'nothing' ? null : end.note;
    await durableIfPossible(run.journal.write(step.id, 'undo-result', { end: end.kind, note, error: null }));
    return end;
  } catch (error) {
    if (error instanceof Abandoned) throw error;
    const text = `${failure === null ? '' : `${failure}; `}could not be undone: ${words(error)}`;
    run.view.step(step.id, { state: 'failed', ...ended(), waitsFor: null, error: text });
    await durableIfPossible(
      run.journal.write(step.id, 'undo-result', { end: 'failed', note: null, error: words(error) }),
    );
    return null;
  }
}

/** It had begun and had no end: it runs, or a console ended under it. */
const isOpen = (state: string | undefined): boolean => state === 'running' || state === 'unknown';

function shownEnd(
  end: UndoEnd,
  before: string | undefined,
): { state?: 'undone' | 'failed' | 'done'; note?: string | null } {
  if (end.kind === 'left' || end.kind === 'given-up') return { state: 'failed', note: end.note };
  if (end.kind === 'undone') return { state: 'undone', ...(end.note === null ? {} : { note: end.note }) };
  return isOpen(before) ? { state: 'undone', note: 'there was nothing to undo' } : {};
}
