import { allowWrites, readSeal, sealOf } from '../../mariadb/freeze.ts';
import { readReplication } from '../../mariadb/promote.ts';
import { replicaStatus } from '../../mariadb/replica-status.ts';
import type { Session } from '../../mariadb/session.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { done, failed, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { look, perform, type TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { targetConnection } from '../task.ts';
import { untilLocked } from '../until-locked.ts';

/** The server notices the end of the connection that had it in a moment. */
const LOCK_MS = 5_000;

/** Writes are allowed on the new primary: from the intent of this step on there is only forward. */
export function open(server: string): Step<TakeoverContext> {
  return {
    id: 'open',
    name: 'open',
    server,
    deadlineMs: 20_000,
    pointOfNoReturn: true,
    essential: true,
    async alreadyDone(context, act) {
      const [row] = await look(act, context.links.get(server, 'lock'), readSeal());
      if (!row || sealOf(row).readOnly) return null;
      measure(context, act);
      return 'it takes writes';
    },
    async run(context, act) {
      // Lost before anything was sent on it: the old primary can take writes again at once.
      if (!context.takenUp && !context.links.find(server, 'lock')) {
        return { kind: 'failed', error: `the connection to ${server} was lost`, nothingHappened: true };
      }
      try {
        await perform(act, context.links.get(server, 'lock'), allowWrites());
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        // Refused by the server: it has surely not happened. Anything else is unknown until somebody looks.
        if (!error.outcomeUnknown) return { kind: 'failed', error: error.message, nothingHappened: true };
        return await lookAndRepeat(context, act, server, error);
      }
      measure(context, act);
      return done(`${server} takes writes`);
    },
    hands: (context) => handsOf.open(context, server),
  };
}

function measure(context: TakeoverContext, act: Act): void {
  context.opened = true;
  if (!context.stoppedAt) return;
  context.outageMs = performance.now() - context.stoppedAt.monotonic;
  act.writeOutage(context.outageMs);
}

/** The connection died under the statement: it is looked at, with the lock taken anew, before anything is repeated. */
async function lookAndRepeat(context: TakeoverContext, act: Act, server: string, first: SqlError): Promise<StepEnd> {
  let last = first;
  while (act.deadline.remainingMs() > 500) {
    act.waitsFor(`${server} to answer: whether it took the statement is unknown (${last.message})`);
    try {
      const session = await context.links.open(server, 'lock', Math.min(2_000, act.deadline.remainingMs()));
      if (!(await untilLocked(act, session, act.deadline.within(LOCK_MS))))
        return { kind: 'failed', error: `somebody else holds the lock on ${server}` };
      const [row] = await look(act, session, readSeal());
      if (row && sealOf(row).readOnly) {
        // A console that slept must not open what others have undone meanwhile.
        if (!(await act.stillOurs())) return failed('another console has taken this operation over');
        const undone = await undoneMeanwhile(context, act, session);
        if (undone !== null) return { kind: 'failed', error: undone, nothingHappened: true };
        await perform(act, session, allowWrites());
      }
      measure(context, act);
      return done(`${server} takes writes`);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      last = error;
    }
  }
  return { kind: 'failed', error: `${server} does not answer: ${last.message}` };
}

/** Why the takeover does not stand any more where it stood before the connection was lost; null: it does. */
async function undoneMeanwhile(context: TakeoverContext, act: Act, session: Session): Promise<string | null> {
  const { task, links } = context;
  const rows = (await look(act, session, readReplication())).map(replicaStatus);
  if (rows.some(({ connection }) => connection === targetConnection(task).name)) {
    return `${task.target} replicates again: somebody has undone this takeover`;
  }
  if (task.kind !== 'switchover' || task.oldPrimary === null || links.find(task.oldPrimary, 'freeze')) return null;
  try {
    const old = await links.fresh(task.oldPrimary, Math.min(2_000, act.deadline.remainingMs()));
    try {
      const [row] = await look(act, old, readSeal());
      return row && !sealOf(row).readOnly
        ? `${task.oldPrimary} takes writes again: somebody has undone this takeover`
        : null;
    } finally {
      old.close();
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // It can't be asked, so it takes no writes of ours; what it has above the seal is shown when it returns.
    return null;
  }
}
