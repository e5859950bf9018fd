import type { Session } from '../mariadb/session.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Statement } from '../mariadb/statement.ts';
import type { Act } from '../operations/step.ts';
import { perform, type TakeoverContext } from './context.ts';
import { handsOf } from './hands.ts';
import { asSemiSyncPrimary } from './semi-sync-roles.ts';
import { serverOf } from './task.ts';

/**
 * The replicas are there: the new primary waits for their acknowledgements as the old one did. Until now its first write
 * would have waited for nobody. Saying it twice changes nothing. Rejects with SqlError where the answer is unknown.
 */
export async function settleSemiSync({ task, before, links }: TakeoverContext, act: Act): Promise<void> {
  const { target, oldPrimary, kind } = task;
  const session = links.find(target, 'side');
  if (!session) return;
  const old =
    oldPrimary === null || kind === 'detach'
      ? null
      : (before?.[oldPrimary]?.semiSync ?? serverOf(task, oldPrimary).lastSeen?.semiSync ?? null);
  await performSemiSync(act, session, asSemiSyncPrimary(before?.[target]?.semiSync ?? null, old));
}

/** Semi-sync is kept as far as the account may (REPLICATION MASTER ADMIN): where not, what lacks is a follow-up. */
export async function performSemiSync(act: Act, session: Session, changes: readonly Statement[]): Promise<void> {
  for (const change of changes) {
    try {
      await perform(act, session, change);
    } catch (error) {
      if (!(error instanceof SqlError) || error.outcomeUnknown) throw error;
      act.followUp(
        handsOf.note(`Semi-sync on ${session.server} is not as it should be: ${error.message}`, change.shown),
      );
    }
  }
}
