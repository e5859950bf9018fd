import type { Operation } from '../contract/operation.ts';
import { entriesOf } from '../operations/journal.ts';
import type { TakeoverContext } from './context.ts';
import { lateAct, leftAsBefore, LOOKED_AT, underLock } from './late-act.ts';
import type { TakeoversParts } from './parts.ts';
import { receiveAgain, receiveByHand } from './receive-again.ts';
import { releaseByHand, releaseReplica } from './release-replicas.ts';
import { remembered } from './resume.ts';
import { task as taskShape } from './task.ts';

/**
 * To be called when a server answers again: where a takeover that was undone had made it read-only, or had stopped its
 * receiving, and could not take that back because it did not answer, it is done now. Only while it follows whom it followed then, and
 * nothing has been done to the cluster since. Answers the amended operation, or null. Rejects with SqlError.
 */
export async function completeRelease(parts: TakeoversParts, server: string): Promise<Operation | null> {
  if (parts.operations.running(parts.cluster.name)) return null;
  const found = await leftBehind(parts, server);
  if (!found || !(await followsAsThen(parts, server, found.context))) return null;
  const { view, context } = found;
  const act = lateAct(view, []);
  const released = await underLock(context, server, async () => {
    await releaseReplica(context, act, server);
    if (receives(context, server)) await receiveAgain(context, act);
    return true;
  });
  if (released !== true) return null;
  return await parts.operations.amend(view.id, (before) => amended(before, context, server));
}

/** The newest operation that says so, where every one behind it left the servers as they were. */
async function leftBehind(
  parts: TakeoversParts,
  server: string,
): Promise<{ view: Operation; context: TakeoverContext } | null> {
  for (const row of await parts.store.journal.list({ cluster: parts.cluster.name, limit: LOOKED_AT })) {
    const task = taskShape.safeParse(JSON.parse(row.plan)).data;
    if (task && row.endedAt !== null) {
      const view = await parts.operations.get(row.id);
      // What is left to do stands in the report: where nothing does, its journal has nothing to say.
      if (!view.pointOfNoReturnPassed && view.followUps.length > 0) {
        const context = remembered(task, parts, entriesOf(await parts.store.journal.entries(row.id)));
        const texts = leftOn(context, server);
        if (view.followUps.some(({ text }) => texts.includes(text))) return { view, context };
      }
    }
    if (!leftAsBefore(row)) return null;
  }
  return null;
}

async function followsAsThen({ watch }: TakeoversParts, server: string, { task }: TakeoverContext): Promise<boolean> {
  const { servers } = await watch.lookNow();
  const now = servers.find(({ name }) => name === server);
  return now?.state === 'up' && now.replication.some(({ primary }) => primary === task.oldPrimary);
}

function amended(view: Operation, context: TakeoverContext, server: string): Operation {
  const texts = leftOn(context, server);
  return {
    ...view,
    summary: `${view.summary ?? ''} Restored late: ${server} answered again, and is as before.`.trim(),
    followUps: view.followUps.filter(({ text }) => !texts.includes(text)),
  };
}

/** What a report says of that server, where it could not be put back. */
function leftOn(context: TakeoverContext, server: string): string[] {
  const left = [releaseByHand(context, server), ...(receives(context, server) ? [receiveByHand(context)] : [])];
  return left.map(({ text }) => text);
}

/** Whether its receiving may have been stopped: a switchover drains on a target that goes on receiving. */
const receives = ({ task }: TakeoverContext, server: string): boolean =>
  (task.kind === 'failover' || task.kind === 'detach') && server === task.target;
