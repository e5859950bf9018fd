import { newToken, type CreatedToken, type NewToken, type Token } from '../contract/access.ts';
import { BatonError } from '../contract/errors.ts';
import type { TokenRow, TokenStore } from '../store/store.ts';
import { actorOf, requirePermission, type Actor } from './actor.ts';
import type { Audit } from './audit.ts';
import { hashOfSecret, newSecret } from './secret.ts';
import type { Known } from './sessions.ts';

/** For admins, as Users; `actorOf` asks for nothing. */
export interface Tokens {
  list(actor: Actor): Promise<Token[]>;
  /** The only time the token itself is seen. Rejects with 'invalid', also for a name that is taken. */
  create(actor: Actor, token: NewToken): Promise<CreatedToken>;
  /** By id or name. Rejects with 'not-found'. */
  revoke(actor: Actor, idOrName: string): Promise<void>;
  /** Who shows this token; null when it is unknown, expired or revoked. */
  actorOf(bearer: string, from: string): Promise<Known | null>;
  /** The id of a takeover-only token, by its secret; null when it is none, or no more. */
  takeoverTokenOf(secret: string): Promise<string | null>;
  /** As actorOf, by the id of a takeover-only token: what its sessions hang on. */
  holderOf(id: string, from: string): Promise<Known | null>;
}

/** Names the secret for people and for scanners that look for lost ones. */
const prefix = 'baton_';
/** "Last used" is for finding forgotten tokens: to the minute is enough, and spares a write a request. */
const touchMs = 60_000;
const dayMs = 24 * 3_600_000;

const instantOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const toToken = (row: TokenRow): Token => ({
  id: row.id,
  name: row.name,
  role: row.role,
  takeover: row.takeover,
  createdAt: new Date(row.createdAt).toISOString(),
  expiresAt: instantOrNull(row.expiresAt),
  lastUsedAt: instantOrNull(row.lastUsedAt),
});

const knownOf = (row: TokenRow, from: string): Known => ({
  actor: actorOf(`token:${row.name}`, row.role, from, row.takeover),
  expiresAt: row.expiresAt === null ? null : new Date(row.expiresAt),
});

/** The API tokens in this store; every change is in the audit. */
export function createTokens(store: TokenStore, audit: Audit, now: () => number): Tokens {
  const isOver = ({ expiresAt }: TokenRow): boolean => expiresAt !== null && expiresAt <= now();
  const good = async (secret: string): Promise<TokenRow | null> => {
    const row = secret.startsWith(prefix) ? await store.findByHash(hashOfSecret(secret)) : null;
    return row === null || isOver(row) ? null : row;
  };
  const touch = (row: TokenRow): void => {
    const at = now();
    if (row.lastUsedAt !== null && at - row.lastUsedAt < touchMs) return;
    // Not waited for, and no reason to refuse: with a locked store the status still goes on.
    store.touch(row.id, at).catch(() => undefined);
  };

  return {
    async list(actor) {
      requirePermission(actor, 'administer');
      return (await store.list()).map(toToken);
    },

    async create(actor, wanted) {
      requirePermission(actor, 'administer');
      const parsed = newToken.safeParse(wanted);
      if (!parsed.success)
        throw new BatonError(
          'invalid',
          `A token needs a name of 1 to 100 visible characters, and a role or the server of a takeover.`,
        );
      const { name, expiresInDays } = parsed.data;
      const takeover = 'takeover' in parsed.data ? parsed.data.takeover : null;
      const role = 'role' in parsed.data ? parsed.data.role : 'takeover';
      if ((await store.list()).some((token) => token.name === name)) {
        throw new BatonError(
          'invalid',
          `There is a token "${name}" already.`,
          'Choose another name, or revoke that one.',
        );
      }
      const token = prefix + newSecret();
      const createdAt = now();
      const row: TokenRow = {
        id: crypto.randomUUID(),
        name,
        role,
        takeover,
        hash: hashOfSecret(token),
        createdAt,
        expiresAt: expiresInDays === undefined ? null : createdAt + expiresInDays * dayMs,
        lastUsedAt: null,
      };
      await store.put(row);
      await audit.record({
        actor,
        action: 'token-create',
        object: name,
        result: takeover ? `created for a takeover of ${takeover.cluster}/${takeover.server}` : `created as ${role}`,
      });
      return { ...toToken(row), token };
    },

    async revoke(actor, idOrName) {
      requirePermission(actor, 'administer');
      const all = await store.list();
      const row = all.find((token) => token.id === idOrName || token.name === idOrName);
      if (row === undefined || !(await store.remove(row.id))) {
        const known = all.map((token) => token.name);
        throw new BatonError('not-found', `There is no token "${idOrName}".`, `Known tokens: ${known.join(', ')}.`, {
          known,
        });
      }
      await audit.record({ actor, action: 'token-revoke', object: row.name, result: 'revoked' });
    },

    async actorOf(bearer, from) {
      const row = await good(bearer);
      if (row === null) return null;
      touch(row);
      return knownOf(row, from);
    },

    async takeoverTokenOf(secret) {
      const row = await good(secret);
      return row === null || row.takeover === null ? null : row.id;
    },

    async holderOf(id, from) {
      const row = (await store.list()).find((token) => token.id === id && token.takeover !== null);
      if (row === undefined || isOver(row)) return null;
      // A session lives on it: it is in use with each request.
      touch(row);
      return knownOf(row, from);
    },
  };
}
