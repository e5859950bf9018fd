import type { Attempts } from './attempts.ts';
import type { Audit } from './audit.ts';
import type { Sessions } from './sessions.ts';
import type { SignIn } from './sign-in.ts';
import type { Tokens } from './tokens.ts';

/**
 * Answers the function that signs in with nothing but the password that belongs to a takeover-url, which is a takeover-only
 * token. Failures are counted for the address alone: nobody can keep another from taking over.
 */
export function createTakeoverSignIn(parts: {
  tokens: Tokens;
  sessions: Sessions;
  audit: Audit;
  now: () => number;
  attempts: Attempts;
}): (password: string, from: string) => Promise<SignIn> {
  const { tokens, sessions, audit, now, attempts } = parts;
  return async (password, from) => {
    const admission = attempts.begin(`takeover password from ${from}`, from, now());
    if (admission.kind === 'wait') return { kind: 'slow-down', retryAfterSeconds: admission.retryAfterSeconds };
    const { attempt } = admission;
    try {
      const id = await tokens.takeoverTokenOf(password.trim());
      const started = id === null ? null : await sessions.startFor(id, from);
      if (started === null) {
        attempt.failed(now());
        const actor = { name: '(takeover password)', from };
        await audit.record({ actor, action: 'sign-in', result: 'wrong password' });
        return { kind: 'wrong' };
      }
      attempt.succeeded();
      await audit.record({ actor: started.known.actor, action: 'sign-in', result: 'done, for a takeover alone' });
      return { kind: 'signed-in', ...started };
    } catch (error) {
      attempt.dropped();
      throw error;
    }
  };
}
