import { allowWrites, stopWrites } from '../mariadb/freeze.ts';
import { waitWithoutReplica } from '../mariadb/semi-sync.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Statement } from '../mariadb/statement.ts';
import type { Act } from '../operations/step.ts';
import { perform, type TakeoverContext } from './context.ts';
import { performSemiSync } from './settle-semi-sync.ts';

const LOCK_WAIT_SECONDS = 2;

/**
 * The first, reversible acts of a takeover: replicas that take writes are made read-only, which is written down first, and
 * the first commit of the new primary will not wait for a replica that has not come yet.
 */
export async function prepareReplicas(context: TakeoverContext, act: Act): Promise<void> {
  const { task, before, links } = context;
  const writable = Object.entries(before ?? {}).filter(([name, was]) => name !== task.oldPrimary && !was.readOnly);
  context.madeReadOnly = writable.map(([name]) => name);
  if (writable.length > 0) await act.record('made-read-only', context.madeReadOnly);
  for (const name of context.madeReadOnly) await perform(act, links.get(name, 'lock'), stopWrites(LOCK_WAIT_SECONDS));
  if (waits(context)) await performSemiSync(act, links.get(task.target, 'lock'), [waitWithoutReplica(false)]);
}

/** The inverse; answers how much there was to undo. A server on which nothing listens has forgotten it by itself. */
export async function releaseReplicas(context: TakeoverContext, act: Act): Promise<number> {
  const changes: (readonly [server: string, change: Statement])[] = [
    ...context.madeReadOnly.map((server) => [server, allowWrites()] as const),
    ...(waits(context) ? [[context.task.target, waitWithoutReplica(true)] as const] : []),
  ];
  for (const [server, change] of changes) {
    try {
      const session = await context.links.fresh(server, Math.min(2_000, act.deadline.remainingMs()));
      try {
        await perform(act, session, change);
      } finally {
        session.close();
      }
    } catch (error) {
      if (!(error instanceof SqlError) || error.kind !== 'refused') throw error;
    }
  }
  return changes.length;
}

/** Whether the target, once it is the primary, would wait for an acknowledgement that nobody gives yet. */
function waits({ task, before }: TakeoverContext): boolean {
  const semiSync = before?.[task.target]?.semiSync;
  return semiSync?.primaryEnabled === true && semiSync.waitNoSlave;
}
