import type { Access } from '../access/access.ts';
import type { Actor } from '../access/actor.ts';
import type { Known } from '../access/sessions.ts';
import type { SignIn } from '../access/sign-in.ts';
import { BatonError } from '../contract/errors.ts';

/** Who stands behind a request, and by what proof. */
export interface Visitor {
  readonly actor: Actor;
  readonly proof: 'session' | 'token' | 'ticket';
  /** End of the session or token; null for one without an end. */
  readonly expiresAt: Date | null;
  /** False once the session ended, the token was revoked or the role changed: what streams ask again and again. */
  stillGood(): Promise<boolean>;
}

/** Tells who asks. No method says why a proof is not good. */
export interface Gate {
  /** Rejects with BatonError: unauthenticated, or slow-down with details.retryAfterSeconds. */
  signIn(
    credentials: { username: string; password: string },
    from: string,
  ): Promise<{ sessionId: string; visitor: Visitor }>;
  /** As signIn, with the password of a takeover-url. */
  signInForTakeover(password: string, from: string): Promise<{ sessionId: string; visitor: Visitor }>;
  endSession(sessionId: string, from: string): Promise<void>;
  bySession(sessionId: string, from: string): Promise<Visitor | null>;
  byToken(token: string, from: string): Promise<Visitor | null>;
  byTicket(ticket: string): Visitor | null;
  /** This visitor's view for a page that is being rendered: reading only, 30 s. */
  ticketFor(visitor: Visitor): string;
}

/** The listener's way to the users, sessions, tokens and tickets of server/access. */
export function createGate(access: Access): Gate {
  const signedIn = (answer: SignIn, from: string): { sessionId: string; visitor: Visitor } => {
    if (answer.kind !== 'signed-in') throw refusal(answer);
    const { sessionId, known } = answer;
    return { sessionId, visitor: visitor(known, 'session', () => access.sessions.actorOf(sessionId, from)) };
  };
  return {
    signIn: async (credentials, from) => signedIn(await access.signIn({ ...credentials, from }), from),
    signInForTakeover: async (password, from) => signedIn(await access.signInForTakeover(password, from), from),
    endSession: (sessionId, from) => access.sessions.end(sessionId, from),
    bySession: (sessionId, from) => found(() => access.sessions.actorOf(sessionId, from), 'session'),
    byToken: (token, from) => found(() => access.tokens.actorOf(token, from), 'token'),
    byTicket(ticket) {
      const known = access.tickets.verify(ticket);
      return known === null ? null : visitor(known, 'ticket', async () => access.tickets.verify(ticket));
    },
    ticketFor: ({ actor, expiresAt }) => access.tickets.sign({ actor, expiresAt }),
  };
}

async function found(again: () => Promise<Known | null>, proof: Visitor['proof']): Promise<Visitor | null> {
  const known = await again();
  return known === null ? null : visitor(known, proof, again);
}

function visitor(known: Known, proof: Visitor['proof'], again: () => Promise<Known | null>): Visitor {
  return {
    ...known,
    proof,
    async stillGood() {
      const now = await again();
      return now !== null && now.actor.name === known.actor.name && now.actor.role === known.actor.role;
    },
  };
}

function refusal(answer: Exclude<SignIn, { kind: 'signed-in' }>): BatonError {
  if (answer.kind === 'wrong') {
    return new BatonError('unauthenticated', 'The name or the password is wrong.', 'Try again.');
  }
  const { retryAfterSeconds } = answer;
  const text = `Too many attempts to sign in. The next one is looked at in ${retryAfterSeconds} s.`;
  return new BatonError('slow-down', text, 'Wait, then try again.', { retryAfterSeconds });
}
