import { BatonError } from '../contract/errors.ts';
import type { Deadline } from './deadline.ts';
import type { Journal } from './journal.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { LiveView } from './live-view.ts';
import type { Program } from './program.ts';
import type { Act, ActEnding, Step } from './step.ts';

/** One operation while it runs: what its forward and its backward way share. */
export interface Run<C> {
  readonly program: Program<C>;
  readonly view: LiveView;
  readonly journal: Journal;
  readonly keeper: LeaseKeeper;
  readonly cancel: AbortController;
  readonly now: () => number;
  readonly dryRun: boolean;
  /** Taken up again after an interruption: probes are asked. */
  readonly takenUp: boolean;
  /** Steps that began, in this run or in the one that was interrupted, in their order. */
  readonly begun: Set<string>;
  /** Steps whose end is in the journal already. */
  readonly ended: Set<string>;
  /** Intents that are on their way to the disk before their step begins, by step id. */
  readonly prepared: Map<string, Promise<void>>;
  /** True from the moment in which the step of the point of no return begins: a cancel then comes too late. */
  passed: boolean;
}

/** The lease went to somebody else: this process may neither act nor write any more. */
export class Abandoned extends Error {}

/** The instant as the contract writes it. */
export const instant = (ms: number): string => new Date(ms).toISOString();

/** What went wrong, in words. */
export function words(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

/** Writes to the journal. Rejects with Abandoned when the lease is another's, with BatonError when the store is gone. */
export async function durable(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (error instanceof BatonError && error.code === 'already-running') throw new Abandoned(error.message);
    throw error;
  }
}

/** As durable, for a place where the work must go on without the store: an undo, or behind the point of no return. */
export async function durableIfPossible(write: Promise<void>): Promise<void> {
  try {
    await durable(write);
  } catch (error) {
    if (error instanceof Abandoned) throw error;
  }
}

/** The row that announces a step, with the steps behind it whose intents are written ahead. */
export function intentOf<C>(steps: readonly Step<C>[], index: number): { ahead: string[] } {
  const ahead: string[] = [];
  for (const step of steps.slice(index + 1)) {
    if (!step.intentAhead) break;
    ahead.push(step.id);
  }
  return { ahead };
}

function prepareNext<C>(run: Run<C>, step: Step<C>): void {
  const { steps } = run.program;
  const index = steps.indexOf(step) + 1;
  const next = steps[index];
  if (!next || run.prepared.has(next.id)) return;
  const write = run.journal.write(next.id, 'intent', intentOf(steps, index));
  // Its failure is taken where it is awaited: when the next step begins.
  write.catch(() => undefined);
  run.prepared.set(next.id, write);
}

/** The name under which the journal keeps the measured write outage. */
export const WRITE_OUTAGE = 'write-outage';

/** The name under which the journal keeps the steps whose intents were withdrawn: an undo has nothing of theirs. */
export const UNBEGUN = 'unbegun';

/** The act of a step: its words go to the view, its records to the journal. */
export function actOf<C>(
  run: Run<C>,
  step: Step<C>,
  deadline: Deadline,
  signal: AbortSignal,
  ending: ActEnding | null = null,
): Act {
  const { view, journal } = run;
  const { id, startedAt } = view.value;
  return {
    operation: { id, startedAt, takenUp: run.takenUp, pointOfNoReturnPassed: run.passed },
    ending,
    deadline,
    signal,
    waitsFor: (text) => {
      if (view.stepValue(step.id)?.waitsFor !== text) view.step(step.id, { waitsFor: text }, true);
    },
    statement: (shown) => view.addStatement(step.id, shown),
    log: (text) => view.addLog(step.id, text),
    record: (name, value) => durable(journal.write(step.id, 'record', { name, value })),
    remember: (name, value) => journal.keep(step.id, 'record', { name, value }),
    stillOurs: () => run.keeper.ask(),
    prepareNext: () => prepareNext(run, step),
    followUp: (followUp) => {
      view.addFollowUps([followUp]);
      journal.keep(step.id, 'note', { followUp: JSON.stringify(followUp) });
    },
    writeOutage: (ms) => {
      view.change({ writeOutageMs: ms });
      journal.keep(step.id, 'record', { name: WRITE_OUTAGE, value: ms });
    },
  };
}
