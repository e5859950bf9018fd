import { adoptPosition, changePrimary } from '../mariadb/change-primary.ts';
import { startReplication } from '../mariadb/promote.ts';
import type { Session } from '../mariadb/session.ts';
import type { Act } from '../operations/step.ts';
import { perform, type TakeoverContext } from './context.ts';
import { newPrimaryFor } from './new-primary.ts';
import { asSemiSyncReplica } from './semi-sync-roles.ts';
import { performSemiSync } from './settle-semi-sync.ts';

/**
 * Makes a server that has nothing of its own above the seal follow the target, from that position, and starts it. The "ok"
 * of all this proves nothing: awaitFollowing does. Rejects with SqlError.
 */
export async function pointAtPrimary(
  context: TakeoverContext,
  act: Act,
  session: Session,
  server: string,
): Promise<void> {
  const { task, before, seal } = context;
  const to = newPrimaryFor(context, server, task.target, true);
  if (!to.demote && seal) await perform(act, session, adoptPosition(seal));
  await performSemiSync(act, session, asSemiSyncReplica(before?.[server]?.semiSync ?? null));
  await perform(act, session, changePrimary(to));
  await perform(act, session, startReplication(to.connection));
}
