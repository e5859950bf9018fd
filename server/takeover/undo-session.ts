import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from '../mariadb/session.ts';
import { killSessions, listSessions, serverSession } from '../mariadb/sessions.ts';
import type { Act } from '../operations/step.ts';
import { look, perform, type TakeoverContext } from './context.ts';

const CONNECT_MS = 2_000;
const PAUSE_MS = 20;

/**
 * A new connection for an undo, once nothing of what this operation has lost on the server can still happen: a statement
 * that is queued at a hung server runs when it thaws, and would undo the undo. The caller closes it. Rejects with SqlError,
 * and where what was lost does not end.
 */
export async function undoSession(context: TakeoverContext, act: Act, server: string): Promise<Session> {
  const session = await context.links.fresh(server, Math.min(CONNECT_MS, act.deadline.remainingMs()));
  try {
    await endLost(context, act, session);
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

async function endLost({ connections, links }: TakeoverContext, act: Act, session: Session): Promise<void> {
  const held = new Set(links.ids()[session.server]);
  const lost = (connections[session.server] ?? []).filter((id) => !held.has(id));
  if (lost.length === 0) return;
  for (;;) {
    const sessions = (await look(act, session, listSessions())).map(serverSession);
    // After a restart of the server an id may be that of one of its own threads.
    const left = sessions.filter(({ id, user }) => lost.includes(id) && user !== 'system user');
    if (left.length === 0) return;
    if (act.deadline.remainingMs() === 0) throw new Error(`${left[0]?.state || 'a statement'} of Baton's does not end`);
    const living = left.filter(({ command }) => command !== 'Killed').map(({ id }) => id);
    if (living.length > 0) await perform(act, session, killSessions(living));
    await delay(PAUSE_MS);
  }
}
