import type { FollowUp, Operation } from '../contract/operation.ts';
import { lockAnswer, takeLock } from '../mariadb/advisory-lock.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { deadlineIn } from '../operations/deadline.ts';
import type { Act } from '../operations/step.ts';
import type { TakeoverContext } from './context.ts';
import { task as taskShape } from './task.ts';

/** How many operations back an undo may be that a server's return still concerns. */
export const LOOKED_AT = 20;

const CONNECT_MS = 2_000;
const UNDO_MS = 10_000;

/** Ends after which the servers stand as before the operation. */
const RESTORED = ['refused', 'cancelled-restored', 'failed-restored'];

/** Whether the operation has left the servers as they were before it. */
export function leftAsBefore({ outcome, plan }: { readonly outcome: string | null; readonly plan: string }): boolean {
  return RESTORED.includes(outcome ?? '') || taskShape.safeParse(JSON.parse(plan)).data?.dryRun === true;
}

/** Does the work under the lock for takeovers on that server; null where somebody else has it, or it went away again. */
export async function underLock<T>(
  context: TakeoverContext,
  server: string,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    const session = await context.links.open(server, 'lock', CONNECT_MS);
    return lockAnswer(await session.row(takeLock(), CONNECT_MS)).taken ? await work() : null;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // The next time it answers is the next try.
    return null;
  } finally {
    await context.links.release();
  }
}

/** The act of an undo that runs after its operation: what it does is told by the amended report. */
export function lateAct({ id, startedAt }: Operation, left: FollowUp[]): Act {
  return {
    operation: { id, startedAt, takenUp: true, pointOfNoReturnPassed: false },
    ending: null,
    deadline: deadlineIn(UNDO_MS),
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
