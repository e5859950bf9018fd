import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from '../mariadb/session.ts';
import { listSessions, serverSession, type ServerSession } from '../mariadb/sessions.ts';
import type { Statement } from '../mariadb/statement.ts';
import type { Act } from '../operations/step.ts';
import { look, perform, type TakeoverContext } from './context.ts';

const PATIENCE_MS = 1_500;
const PAUSE_MS = 100;

/**
 * Runs a statement that obeys no time limit, until the step's deadline. While it takes long its server is looked at on
 * another connection, and `watch` is told of each look: a statement that waits is one thing, a server that hangs another.
 * Rejects with SqlError: the statement's, or that of a look without an answer; the statement's connection is closed then,
 * so that an undo ends what a server that thaws would still run.
 */
export async function performWatched(
  context: TakeoverContext,
  act: Act,
  session: Session,
  statement: Statement,
  watch: (side: Session, sessions: readonly ServerSession[]) => Promise<void> | void,
): Promise<void> {
  const state = { ended: false };
  const performed = perform(act, session, statement, act.deadline.remainingMs()).finally(() => (state.ended = true));
  // Its failure is taken where it is awaited, below.
  performed.catch(() => undefined);
  if (await isLate(performed)) {
    try {
      const side =
        context.links.find(session.server, 'side') ?? (await context.links.open(session.server, 'side', 2_000));
      while (!state.ended && act.deadline.remainingMs() > 0) {
        await watch(side, (await look(act, side, listSessions())).map(serverSession));
        await delay(PAUSE_MS);
      }
    } catch (error) {
      if (!state.ended) {
        session.close();
        throw error;
      }
    }
    act.waitsFor(null);
  }
  await performed;
}

/** Whether it has not come to its end soon. Never rejects. */
async function isLate(performed: Promise<unknown>): Promise<boolean> {
  return await new Promise((resolve) => {
    const patience = setTimeout(() => resolve(true), PATIENCE_MS);
    const ended = (): void => {
      clearTimeout(patience);
      resolve(false);
    };
    performed.then(ended, ended);
  });
}
