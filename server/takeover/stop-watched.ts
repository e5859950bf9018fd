import { setTimeout as delay } from 'node:timers/promises';
import { stopReplication } from '../mariadb/promote.ts';
import type { Session } from '../mariadb/session.ts';
import { applyingThreads, killSessions, listSessions, serverSession } from '../mariadb/sessions.ts';
import type { Act } from '../operations/step.ts';
import { look, perform, type TakeoverContext } from './context.ts';

/** STOP SLAVE takes milliseconds, or as long as its SQL thread waits for a lock: neither a limit nor KILL of it ends that. */
const PATIENCE_MS = 1_500;
const PAUSE_MS = 100;

/**
 * Stops the connection's replication. Where that hangs, ends the SQL thread, and the workers of a parallel replica, from a
 * second connection, which leaves its position intact (1927). Rejects with SqlError or, when nothing helps within the deadline, with the state it hangs in.
 */
export async function stopWatched(
  context: TakeoverContext,
  act: Act,
  session: Session,
  connection: string,
): Promise<void> {
  const state = { stopped: false };
  const stop = perform(act, session, stopReplication(connection), act.deadline.remainingMs()).finally(
    () => (state.stopped = true),
  );
  // Its failure is taken where it is awaited, below.
  stop.catch(() => undefined);
  const patient = new AbortController();
  const patience = delay(PATIENCE_MS, 'late' as const, { signal: patient.signal }).catch(() => 'late' as const);
  if ((await Promise.race([stop, patience])) === 'late') {
    const side =
      context.links.find(session.server, 'side') ?? (await context.links.open(session.server, 'side', 2_000));
    while (!state.stopped && act.deadline.remainingMs() > 0) {
      const threads = (await look(act, side, listSessions())).map(serverSession);
      const appliers = applyingThreads(threads);
      const states = [...new Set(appliers.map(({ state: what }) => `"${what}"`))].join(', ');
      act.waitsFor(`STOP SLAVE on ${session.server}: ${states ? `its SQL thread is ${states}` : 'no SQL thread'}`);
      if (appliers.length > 0) await perform(act, side, killSessions(appliers.map(({ id }) => id)));
      await delay(PAUSE_MS);
    }
    act.waitsFor(null);
  }
  patient.abort();
  await stop;
}
