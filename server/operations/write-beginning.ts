import type { Operation } from '../contract/operation.ts';
import { firstChange } from './forward.ts';
import { rowOf } from './journal.ts';
import { LeaseKeeper, type Acquired } from './lease-keeper.ts';
import { leaseName, type OperationsParts } from './parts.ts';
import type { Program } from './program.ts';
import { intentOf } from './run.ts';

/**
 * Writes an operation down under its cluster's lease, with what its program knows beforehand, in one write. Answers the lease, or
 * who has it, and the steps whose intents are written with it. Rejects with BatonError('unavailable') when the store can't be
 * written, and as the program where it may not begin: then nothing is written.
 */
export async function writeBeginning<C>(
  { journal, leases, holder, now }: OperationsParts,
  view: Operation,
  plan: string,
  program: Program<C>,
): Promise<{ readonly acquired: Acquired; readonly announced: readonly string[] }> {
  const { id, cluster, kind, target, actor, dryRun } = view;
  const { steps, known = [] } = program;
  const announced = program.announced && !dryRun ? firstChange(steps) : [];
  const rows = [
    ...known.map(({ step, ...value }) => rowOf(id, now(), step, 'record', value, [])),
    ...announced.map((step) => rowOf(id, now(), step.id, 'intent', intentOf(steps, steps.indexOf(step)), [])),
  ];
  const acquired = await LeaseKeeper.acquireBy(leases, now, async (term) => {
    const about = { id, cluster, kind, target, actor, plan, view: JSON.stringify(view) };
    const claim = { name: leaseName(cluster), holder, ...term };
    program.mayBegin?.();
    return await journal.begin({ ...about, startedAt: now(), endedAt: null, outcome: null }, claim, rows);
  });
  return { acquired, announced: announced.map((step) => step.id) };
}
