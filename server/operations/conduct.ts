import type { Operation, Outcome } from '../contract/operation.ts';
import { BatonError } from '../contract/errors.ts';
import type { JournalStore, Lease } from '../store/store.ts';
import { afterFailure } from './after-failure.ts';
import { backward } from './backward.ts';
import { forward, type ForwardEnd } from './forward.ts';
import type { Ending } from './program.ts';
import { Abandoned, instant, words, type Run } from './run.ts';

/** Between two tries to write the end into a store that does not answer. */
const RETRY_MS = 1_000;

/**
 * Runs an operation to its outcome: forward, and back where it must. `undoOnly` takes up one that is to be undone.
 * Never rejects: what nobody foresaw ends in an outcome as well.
 */
export async function conduct<C>(run: Run<C>, journal: JournalStore, undoOnly: boolean): Promise<Operation> {
  const { program, view } = run;
  let ending: Omit<Ending, 'view'>;
  try {
    ending = undoOnly ? await restore(run, whyTakenBack(view.value), null) : await toTheEnd(run);
    await afterFailure(run, ending);
  } catch (error) {
    // Another console has the lease: it acts, it writes, and this one only says so.
    const lost = error instanceof Abandoned;
    await program.close(program.context);
    view.settle(['pending', 'running'], 'unknown');
    const summary = lost ? 'Another console has taken this operation over.' : `Baton failed: ${words(error)}`;
    view.change({ outcome: 'unknown', summary, endedAt: instant(run.now()) });
    await run.keeper.release();
    return view.value;
  }
  await program.close(program.context);
  const endedAt = run.now();
  view.quiet(true);
  view.change({ outcome: ending.outcome, endedAt: instant(endedAt) });
  view.change({ summary: program.summary(program.context, { ...ending, view: view.value }) });
  await run.journal.settled();
  await writeEnd(journal, view.value, endedAt, run.keeper.lease);
  await run.keeper.release();
  view.quiet(false);
  return view.value;
}

/** Somebody had asked for it, and nothing had failed; else the interruption itself is the failure. */
function whyTakenBack({ cancelRequested, steps }: Operation): Outcome {
  return cancelRequested && steps.every(({ state }) => state !== 'failed') ? 'cancelled-restored' : 'failed-restored';
}

async function toTheEnd<C>(run: Run<C>): Promise<Omit<Ending, 'view'>> {
  const end = await forward(run);
  if (end.kind === 'finished') return { outcome: finished(run.view.value), failure: null };
  if (end.kind === 'stuck') {
    run.view.settle(['pending'], 'not-run');
    return { outcome: 'failed-needs-hands', failure: failureOf(run, end) };
  }
  const restored = { cancelled: 'cancelled-restored', refused: 'refused', failed: 'failed-restored' } as const;
  return await restore(run, restored[end.why], failureOf(run, end));
}

async function restore<C>(run: Run<C>, outcome: Outcome, failure: Ending['failure']): Promise<Omit<Ending, 'view'>> {
  return { outcome: (await backward(run)) ? outcome : 'failed-needs-hands', failure };
}

function finished(view: Operation): Outcome {
  const whole = view.followUps.length === 0 && view.steps.every((step) => step.state !== 'failed');
  return whole ? 'succeeded' : 'succeeded-with-follow-ups';
}

function failureOf<C>(run: Run<C>, end: Exclude<ForwardEnd, { kind: 'finished' }>): Ending['failure'] {
  return { step: end.step, server: run.view.stepValue(end.step)?.server ?? '', error: end.error };
}

/** Writes the end; where the store does not answer, again in the background: the work is done and must not wait. */
async function writeEnd(journal: JournalStore, view: Operation, endedAt: number, lease: Lease): Promise<void> {
  const end = { endedAt, outcome: view.outcome, view: JSON.stringify(view) };
  try {
    await journal.update(view.id, end, lease);
  } catch (error) {
    // Another console has taken it over meanwhile: the end that it writes is the end.
    if (error instanceof BatonError && error.code === 'already-running') return;
    // The lease goes with this process's work; only where nobody has ended it is this still the end.
    const write = async (): Promise<void> => {
      if ((await journal.get(view.id))?.endedAt === null) await journal.update(view.id, end);
    };
    const timer = setInterval(
      () =>
        void write().then(
          () => clearInterval(timer),
          () => undefined,
        ),
      RETRY_MS,
    );
    timer.unref();
  }
}
