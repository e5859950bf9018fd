import type { Operation } from '../contract/operation.ts';
import { Journal, type Entry } from './journal.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { LiveView } from './live-view.ts';
import type { OperationsParts } from './parts.ts';
import type { Program } from './program.ts';
import { beginnings, endedSteps } from './replay.ts';
import type { Run } from './run.ts';

/** An operation that is about to run; of one that is taken up, with the entries of its journal. */
export function newRun<C>(
  { journal, now, onOperation }: OperationsParts,
  view: Operation,
  program: Program<C>,
  keeper: LeaseKeeper,
  interrupted: readonly Entry[] | null = null,
): Run<C> {
  const entries = interrupted ?? [];
  return {
    program,
    view: new LiveView(view, onOperation),
    journal: new Journal(journal, view.id, () => keeper.lease, now),
    keeper,
    cancel: new AbortController(),
    now,
    dryRun: view.dryRun,
    takenUp: interrupted !== null,
    begun: new Set(beginnings(entries).keys()),
    ended: endedSteps(entries),
    prepared: new Map(),
    passed: view.pointOfNoReturnPassed,
  };
}

/** What is undone has no point of no return behind it: whoever takes this up after us goes on undoing. */
export async function withdrawPoint<C>(run: Run<C>): Promise<void> {
  const point = run.program.steps.find((step) => step.pointOfNoReturn);
  if (!run.passed || !point) return;
  await run.journal.write(point.id, 'note', { withdrawn: true });
  run.passed = false;
  run.view.change({ pointOfNoReturnPassed: false });
}
