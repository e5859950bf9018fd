import type { FollowUp, Operation } from '../contract/operation.ts';
import { entriesOf } from '../operations/journal.ts';
import type { OperationRow } from '../store/store.ts';
import type { TakeoverContext } from './context.ts';
import { handsOf } from './hands.ts';
import { lateAct, leftAsBefore, LOOKED_AT, underLock } from './late-act.ts';
import type { TakeoversParts } from './parts.ts';
import { remembered } from './resume.ts';
import { freeze } from './steps/freeze.ts';
import { task as taskShape } from './task.ts';

/**
 * To be called when a server answers again: where a switchover froze it and could not undo that, because it did not answer,
 * it takes writes again now. Only while nobody else has become the primary: every other server answers and is none, and
 * nothing has been done to the cluster since. Answers the amended operation, or null. Rejects with SqlError.
 */
export async function completeUndo(parts: TakeoversParts, server: string): Promise<Operation | null> {
  const row = await unrestored(parts);
  if (!row || parts.operations.running(parts.cluster.name)) return null;
  const view = await parts.operations.get(row.id);
  const task = taskShape.parse(JSON.parse(row.plan));
  if (task.oldPrimary !== server || view.pointOfNoReturnPassed) return null;
  if (!(await nobodyElseIsPrimary(parts, server))) return null;
  const context = remembered(task, parts, entriesOf(await parts.store.journal.entries(row.id)));
  const left: FollowUp[] = [];
  const act = lateAct(view, left);
  const end = await underLock(context, server, async () => (await freeze(server).undo?.(context, act)) ?? null);
  if (end?.kind !== 'undone') return null;
  return await parts.operations.amend(row.id, (before) => restored(before, context, server, { note: end.note, left }));
}

/** The newest operation that changed something, where that is a switchover which left its old primary frozen. */
async function unrestored(parts: TakeoversParts): Promise<OperationRow | null> {
  const rows = await parts.store.journal.list({ cluster: parts.cluster.name, limit: LOOKED_AT });
  const last = rows.find((row) => !leftAsBefore(row));
  return last?.kind === 'switchover' && last.outcome === 'failed-needs-hands' ? last : null;
}

async function nobodyElseIsPrimary({ watch }: TakeoversParts, server: string): Promise<boolean> {
  const { servers } = await watch.lookNow();
  return servers.every(({ name, state, role, replication }) =>
    name === server
      ? state === 'up' && replication.every(({ primary }) => primary === null)
      : state === 'up' && role !== 'primary',
  );
}

function restored(
  view: Operation,
  context: TakeoverContext,
  server: string,
  { note, left }: { readonly note: string | null; readonly left: readonly FollowUp[] },
): Operation {
  const settled = new Set(
    [...handsOf.failOver(context, server), ...handsOf.unfreeze(context, server)].map(({ text }) => text),
  );
  const followUps = [...view.followUps.filter(({ text }) => !settled.has(text)), ...left];
  const why = (view.summary ?? '').replace(/\s*NOT restored:.*$/s, '');
  return {
    ...view,
    outcome: 'failed-restored',
    summary: `${why} Restored late: ${server} answered again, and takes writes again.`.trim(),
    steps: view.steps.map((step) => (step.id === 'freeze' ? { ...step, state: 'undone', note, error: null } : step)),
    followUps,
  };
}
