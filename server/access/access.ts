import type { Store } from '../store/store.ts';
import { Attempts } from './attempts.ts';
import { createAudit, type Audit } from './audit.ts';
import { defaultCost, type ScryptCost } from './password-hash.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createSignIn, type Credentials, type SignIn } from './sign-in.ts';
import { createTakeoverSignIn } from './takeover-sign-in.ts';
import { createTickets, type Tickets } from './ticket.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { createUsers, type Users } from './users.ts';

/** Who may come in, and as whom. */
export interface Access {
  signIn(credentials: Credentials): Promise<SignIn>;
  /** With a takeover-only token as the password; `from` is the address of the request. */
  signInForTakeover(password: string, from: string): Promise<SignIn>;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly users: Users;
  readonly tickets: Tickets;
  readonly audit: Audit;
}

/** Builds it on a store. now: milliseconds since the epoch; the cost is lowered by tests alone. */
export function createAccess(
  store: Store,
  options: { now: () => number; sessionHours: number; cost?: ScryptCost },
): Access {
  const { now, sessionHours, cost = defaultCost } = options;
  const audit = createAudit(store.audit, now);
  const tokens = createTokens(store.tokens, audit, now);
  const sessions = createSessions(store, tokens, audit, now, sessionHours);
  const attempts = new Attempts();
  return {
    signIn: createSignIn({ users: store.users, sessions, audit, now, attempts }, cost),
    signInForTakeover: createTakeoverSignIn({ tokens, sessions, audit, now, attempts }),
    sessions,
    tokens,
    users: createUsers(store, audit, now, cost),
    tickets: createTickets(now),
    audit,
  };
}
