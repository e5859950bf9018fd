import { requirePermission } from '../../access/actor.ts';
import type { Engine } from '../engine.ts';
import type { EngineParts } from './parts.ts';

type PeopleMethods = Pick<Engine, 'audit' | 'users' | 'addUser' | 'removeUser' | 'tokens' | 'addToken' | 'revokeToken'>;

/** Who may come in, and who did what. server/access asks for the permissions of each act itself. */
export function peopleMethods({ access }: EngineParts): PeopleMethods {
  return {
    async audit(actor, query) {
      requirePermission(actor, 'view');
      return await access.audit.list(query);
    },
    users: (actor) => access.users.list(actor),
    addUser: (actor, user) => access.users.add(actor, user),
    removeUser: (actor, username) => access.users.remove(actor, username),
    tokens: (actor) => access.tokens.list(actor),
    addToken: (actor, token) => access.tokens.create(actor, token),
    revokeToken: (actor, id) => access.tokens.revoke(actor, id),
  };
}
