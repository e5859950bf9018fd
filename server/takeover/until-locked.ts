import { setTimeout as delay } from 'node:timers/promises';
import { lockAnswer, takeLock } from '../mariadb/advisory-lock.ts';
import type { Session } from '../mariadb/session.ts';
import type { Act } from '../operations/step.ts';
import { look, perform } from './context.ts';

const PAUSE_MS = 20;

/**
 * Takes the advisory lock of takeovers, which may be free in a moment only: the server notices late that the connection that
 * had it was lost, or lets its statement end first. False where somebody else still has it at the deadline. Rejects with SqlError.
 */
export async function untilLocked(act: Act, session: Session, deadline: Act['deadline']): Promise<boolean> {
  // Shown once, however often it is asked.
  for (let ask: typeof perform = perform; ; ask = look) {
    const [row] = await ask(act, session, takeLock());
    if (lockAnswer(row ?? {}).taken) return true;
    if (deadline.remainingMs() === 0) return false;
    await delay(PAUSE_MS);
  }
}
