import type { FollowUp, Operation } from '../contract/operation.ts';
import { lockAnswer, takeLock } from '../mariadb/advisory-lock.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { deadlineIn } from '../operations/deadline.ts';
import { entriesOf } from '../operations/journal.ts';
import type { Act, UndoEnd } from '../operations/step.ts';
import type { OperationRow } from '../store/store.ts';
import type { TakeoverContext } from './context.ts';
import { handsOf } from './hands.ts';
import type { TakeoversParts } from './parts.ts';
import { remembered } from './resume.ts';
import { freeze } from './steps/freeze.ts';
import { task as taskShape } from './task.ts';

const LOOKED_AT = 20;
const CONNECT_MS = 2_000;
const UNDO_MS = 10_000;

/** Ends after which the servers stand as before the operation. */
const RESTORED = ['refused', 'cancelled-restored', 'failed-restored'];

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
  const end = await letGo(context, server, quietAct(view, UNDO_MS, left));
  if (end?.kind !== 'undone') return null;
  return await parts.operations.amend(row.id, (before) => restored(before, context, server, { note: end.note, left }));
}

const isDryRun = (plan: string): boolean => taskShape.safeParse(JSON.parse(plan)).data?.dryRun === true;

/** The newest operation that changed something, where that is a switchover which left its old primary frozen. */
async function unrestored(parts: TakeoversParts): Promise<OperationRow | null> {
  const rows = await parts.store.journal.list({ cluster: parts.cluster.name, limit: LOOKED_AT });
  const last = rows.find(({ outcome, plan }) => !RESTORED.includes(outcome ?? '') && !isDryRun(plan));
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

/** Under the lock for takeovers; null where somebody else has it. */
async function letGo(context: TakeoverContext, server: string, act: Act): Promise<UndoEnd | null> {
  try {
    const session = await context.links.open(server, 'lock', CONNECT_MS);
    if (!lockAnswer(await session.row(takeLock(), CONNECT_MS)).taken) return null;
    return (await freeze(server).undo?.(context, act)) ?? null;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // It went away again: the next time it answers is the next try.
    return null;
  } finally {
    await context.links.release();
  }
}

/** The act of an undo that runs after its operation: what it does is told by the amended report. */
function quietAct({ id, startedAt }: Operation, ms: number, left: FollowUp[]): Act {
  return {
    operation: { id, startedAt, takenUp: true, pointOfNoReturnPassed: false },
    ending: null,
    deadline: deadlineIn(ms),
    signal: new AbortController().signal,
    waitsFor: () => undefined,
    statement: () => undefined,
    log: () => undefined,
    record: () => Promise.resolve(),
    remember: () => undefined,
    prepareNext: () => undefined,
    stillOurs: () => Promise.resolve(true),
    followUp: (followUp) => void left.push(followUp),
    writeOutage: () => undefined,
  };
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
