import { setTimeout as delay } from 'node:timers/promises';
import { lockAnswer, takeLock } from '../mariadb/advisory-lock.ts';
import type { Session } from '../mariadb/session.ts';
import type { Act } from '../operations/step.ts';
import { look, perform } from './context.ts';

const PAUSE_MS = 20;

/**
 * Takes the advisory lock of takeovers on a new connection, in place of one that was lost: the server frees that one's in a
 * moment, or when its statement ends. False where somebody else still has it at the deadline. Rejects with SqlError.
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
