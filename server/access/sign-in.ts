import type { UserRow, UserStore } from '../store/store.ts';
import type { Attempt, Attempts } from './attempts.ts';
import type { Audit } from './audit.ts';
import { hashPassword, verifyPassword, type ScryptCost } from './password-hash.ts';
import type { Known, Sessions } from './sessions.ts';
import { createTurnstile } from './turnstile.ts';

export type SignIn =
  | { kind: 'signed-in'; sessionId: string; known: Known }
  /** The username or the password; which of them is not told. */
  | { kind: 'wrong' }
  | { kind: 'slow-down'; retryAfterSeconds: number };

export interface Credentials {
  username: string;
  password: string;
  /** Address of the request. */
  from: string;
}

/** Two checks at once leave half of Node's threads to the rest; sixteen more wait some 2 s at most. */
const checksAtOnce = 2;
const checksWaiting = 16;

/**
 * Answers the function that signs in. An unknown username takes the same time and gets the same answer as a wrong
 * password. Rejects with BatonError('unavailable') when the store does not answer.
 */
export function createSignIn(
  parts: { users: UserStore; sessions: Sessions; audit: Audit; now: () => number; attempts: Attempts },
  cost: ScryptCost,
): (credentials: Credentials) => Promise<SignIn> {
  const { users, sessions, audit, now, attempts } = parts;
  const pass = createTurnstile(checksAtOnce, checksWaiting);
  // What is checked when there is no such user, so that time does not tell; nobody knows a password for it.
  const nobodysHash = hashPassword(crypto.randomUUID(), cost);

  async function check(credentials: Credentials, attempt: Attempt): Promise<SignIn> {
    const { username, password, from } = credentials;
    const user = await users.get(username);
    const hash = user?.passwordHash ?? (await nobodysHash);
    const checked = await pass(() => verifyPassword(password, hash));
    if (checked === null) {
      attempt.dropped();
      return { kind: 'slow-down', retryAfterSeconds: 2 };
    }
    const started = user !== null && checked.result ? await sessions.start(username, hash, from) : null;
    if (started === null) {
      attempt.failed(now());
      await audit.record({ actor: { name: nameFor(user), from }, action: 'sign-in', result: 'wrong name or password' });
      return { kind: 'wrong' };
    }
    attempt.succeeded();
    await audit.record({ actor: { name: username, from }, action: 'sign-in', result: 'done' });
    return { kind: 'signed-in', ...started };
  }

  return async (credentials) => {
    const admission = attempts.begin(credentials.username, credentials.from, now());
    if (admission.kind === 'wait') return { kind: 'slow-down', retryAfterSeconds: admission.retryAfterSeconds };
    try {
      return await check(credentials, admission.attempt);
    } catch (error) {
      admission.attempt.dropped();
      throw error;
    }
  };
}

/** People type passwords into the field of the name: an unknown one is not written down. */
function nameFor(user: UserRow | null): string {
  return user?.username ?? '(unknown)';
}
