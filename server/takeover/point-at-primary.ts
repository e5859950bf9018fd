import { adoptPosition, changePrimary } from '../mariadb/change-primary.ts';
import { readPositions } from '../mariadb/drain.ts';
import { gtidList, reaches, type GtidList } from '../mariadb/gtid.ts';
import { startReplication } from '../mariadb/promote.ts';
import { text } from '../mariadb/row.ts';
import type { Session } from '../mariadb/session.ts';
import type { Act } from '../operations/step.ts';
import { look, perform, type TakeoverContext } from './context.ts';
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
  if (to.demote && seal) await makeSureOfPosition(act, session, seal);
  await perform(act, session, startReplication(to.connection));
}

/**
 * Demotion adds to the replica position what this server wrote itself, and trusts the rest of it. That rest may be gone: the
 * position is emptied and filled again where it changes, and a statement that is ended between the two leaves it empty. What
 * is in the binlog already would be asked for again, and refused (1950).
 */
async function makeSureOfPosition(act: Act, session: Session, seal: GtidList): Promise<void> {
  const [row = {}] = await look(act, session, readPositions());
  if (!reaches(gtidList(text(row, 'slave')), seal)) await perform(act, session, adoptPosition(seal));
}
