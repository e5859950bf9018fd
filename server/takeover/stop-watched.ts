import { stopReplication } from '../mariadb/promote.ts';
import type { Session } from '../mariadb/session.ts';
import { applyingThreads, killSessions } from '../mariadb/sessions.ts';
import type { Act } from '../operations/step.ts';
import { perform, type TakeoverContext } from './context.ts';
import { performWatched } from './perform-watched.ts';

/**
 * Stops the connection's replication: milliseconds, or as long as its SQL thread waits for a lock, and neither a limit nor
 * KILL of the STOP ends that. Where it hangs, ends the SQL thread, and the workers of a parallel replica, from a second
 * connection, which leaves its position intact (1927). Rejects as performWatched.
 */
export async function stopWatched(
  context: TakeoverContext,
  act: Act,
  session: Session,
  connection: string,
): Promise<void> {
  await performWatched(context, act, session, stopReplication(connection), async (side, sessions) => {
    const appliers = applyingThreads(sessions);
    const states = [...new Set(appliers.map(({ state }) => `"${state}"`))].join(', ');
    act.waitsFor(`STOP SLAVE on ${session.server}: ${states ? `its SQL thread is ${states}` : 'no SQL thread'}`);
    if (appliers.length > 0) await perform(act, side, killSessions(appliers.map(({ id }) => id)));
  });
}
