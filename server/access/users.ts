import { newUser, type NewUser, type User } from '../contract/access.ts';
import { BatonError } from '../contract/errors.ts';
import type { Store, UserRow } from '../store/store.ts';
import { requirePermission, type Actor } from './actor.ts';
import type { Audit } from './audit.ts';
import { hashPassword, type ScryptCost } from './password-hash.ts';

/** For admins; each method rejects with BatonError('forbidden') for others, and writes what it did into the audit. */
export interface Users {
  list(actor: Actor): Promise<User[]>;
  /** Rejects with 'invalid' for a name or password that does not do, and for a name that is taken. */
  add(actor: Actor, user: NewUser): Promise<User>;
  /** Ends the user's sessions. Rejects with 'not-found' and 'invalid'. */
  setPassword(actor: Actor, username: string, password: string): Promise<void>;
  /** Ends the user's sessions. Rejects with 'not-found', and with 'refused' for the last admin. */
  remove(actor: Actor, username: string): Promise<void>;
}

const toUser = (row: UserRow): User => ({
  username: row.username,
  role: row.role,
  createdAt: new Date(row.createdAt).toISOString(),
});

/** The users in this store; every change is in the audit. */
export function createUsers(
  store: Pick<Store, 'users' | 'sessions'>,
  audit: Audit,
  now: () => number,
  cost: ScryptCost,
): Users {
  async function notFound(username: string): Promise<BatonError> {
    const known = (await store.users.list()).map((user) => user.username);
    return new BatonError('not-found', `There is no user "${username}".`, `Known users: ${known.join(', ')}.`, {
      known,
    });
  }

  return {
    async list(actor) {
      requirePermission(actor, 'administer');
      return (await store.users.list()).map(toUser);
    },

    async add(actor, user) {
      requirePermission(actor, 'administer');
      requireValid(newUser.safeParse(user));
      const row: UserRow = {
        username: user.username,
        role: user.role,
        passwordHash: await hashPassword(user.password, cost),
        createdAt: now(),
      };
      if (!(await store.users.add(row))) {
        throw new BatonError(
          'invalid',
          `There is a user "${user.username}" already.`,
          'Choose another name, or set a new password for this one.',
        );
      }
      await audit.record({ actor, action: 'user-add', object: user.username, result: `added as ${user.role}` });
      return toUser(row);
    },

    async setPassword(actor, username, password) {
      requirePermission(actor, 'administer');
      requireValid(newUser.pick({ password: true }).safeParse({ password }));
      const hash = await hashPassword(password, cost);
      if (!(await store.users.setPasswordHash(username, hash))) throw await notFound(username);
      await store.sessions.removeOf(username);
      await audit.record({ actor, action: 'user-password', object: username, result: 'changed' });
    },

    async remove(actor, username) {
      requirePermission(actor, 'administer');
      const result = await store.users.remove(username);
      if (result === 'unknown') throw await notFound(username);
      if (result === 'last-admin') {
        throw new BatonError(
          'refused',
          `"${username}" is the last admin: nobody could manage users any more.`,
          'Add another admin first.',
        );
      }
      await audit.record({ actor, action: 'user-remove', object: username, result: 'removed' });
    },
  };
}

const rules: Record<string, string> = {
  username: 'A username has 1 to 64 letters, digits and . _ @ -, and begins with a letter or a digit.',
  password: 'A password has 10 to 1000 characters.',
  role: 'A role is viewer, operator or admin.',
};

function requireValid(parsed: { success: boolean; error?: { issues: { path: PropertyKey[] }[] } }): void {
  if (parsed.success) return;
  const fields = [...new Set((parsed.error?.issues ?? []).map((issue) => String(issue.path[0])))];
  throw new BatonError('invalid', fields.map((field) => rules[field] ?? `${field} is wrong.`).join(' '), '', {
    fields,
  });
}
