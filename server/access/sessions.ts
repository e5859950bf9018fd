import type { Store } from '../store/store.ts';
import { actorOf, type Actor } from './actor.ts';
import type { Audit } from './audit.ts';
import { hashOfSecret, newSecret } from './secret.ts';
import type { Tokens } from './tokens.ts';

/** An actor, and until when its proof is good; null: until it is revoked. */
export interface Known {
  actor: Actor;
  expiresAt: Date | null;
}

export interface Sessions {
  /** Starts a session for a user whose password was just found right against `passwordHash`; null when it changed meanwhile. */
  start(username: string, passwordHash: string, from: string): Promise<{ sessionId: string; known: Known } | null>;
  /** Starts one for the holder of a takeover-only token, by the token's id; null when it is no more. */
  startFor(tokenId: string, from: string): Promise<{ sessionId: string; known: Known } | null>;
  /** Who the session belongs to, with the role the user has now; null when it ended, expired or was revoked. */
  actorOf(sessionId: string, from: string): Promise<Known | null>;
  /** Ends it; no effect when it ended already. */
  end(sessionId: string, from: string): Promise<void>;
}

/** In the place of a username, before a token's id: no username has a colon. */
const ofToken = 'token:';

/** Sessions stand in the store: they outlive a restart and can be ended from the server's side. */
export function createSessions(
  store: Pick<Store, 'users' | 'sessions'>,
  tokens: Pick<Tokens, 'holderOf'>,
  audit: Audit,
  now: () => number,
  sessionHours: number,
): Sessions {
  return {
    async start(username, passwordHash, from) {
      const sessionId = newSecret();
      const id = hashOfSecret(sessionId);
      const createdAt = now();
      const expiresAt = createdAt + sessionHours * 3_600_000;
      await store.sessions.removeExpired(createdAt);
      await store.sessions.put({ id, username, createdAt, expiresAt });
      // A password changed or a user removed while the old one was being checked ended all sessions but this one.
      const user = await store.users.get(username);
      if (user?.passwordHash !== passwordHash) {
        await store.sessions.remove(id);
        return null;
      }
      return { sessionId, known: { actor: actorOf(username, user.role, from), expiresAt: new Date(expiresAt) } };
    },

    async startFor(tokenId, from) {
      const known = await tokens.holderOf(tokenId, from);
      if (known === null) return null;
      const sessionId = newSecret();
      const createdAt = now();
      const sessionEnds = createdAt + sessionHours * 3_600_000;
      const expiresAt = Math.min(sessionEnds, known.expiresAt?.getTime() ?? sessionEnds);
      await store.sessions.removeExpired(createdAt);
      const username = ofToken + tokenId;
      await store.sessions.put({ id: hashOfSecret(sessionId), username, createdAt, expiresAt });
      return { sessionId, known: { ...known, expiresAt: new Date(expiresAt) } };
    },

    async actorOf(sessionId, from) {
      const session = await store.sessions.get(hashOfSecret(sessionId));
      if (session === null || session.expiresAt <= now()) return null;
      if (session.username.startsWith(ofToken)) {
        // Asked each time: a token that is revoked ends its sessions.
        const known = await tokens.holderOf(session.username.slice(ofToken.length), from);
        return known && { ...known, expiresAt: new Date(session.expiresAt) };
      }
      const user = await store.users.get(session.username);
      if (user === null) return null;
      return { actor: actorOf(user.username, user.role, from), expiresAt: new Date(session.expiresAt) };
    },

    async end(sessionId, from) {
      const id = hashOfSecret(sessionId);
      const session = await store.sessions.get(id);
      if (session === null) return;
      const name = (await this.actorOf(sessionId, from))?.actor.name ?? session.username;
      await store.sessions.remove(id);
      await audit.record({ actor: { name, from }, action: 'sign-out', result: 'done' });
    },
  };
}
