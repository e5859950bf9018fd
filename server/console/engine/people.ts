import { requirePermission } from '../../access/actor.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import type { EngineParts } from './parts.ts';

type PeopleMethods = Pick<Engine, 'audit' | 'users' | 'addUser' | 'removeUser' | 'tokens' | 'addToken' | 'revokeToken'>;

/** Who may come in, and who did what. server/access asks for the permissions of each act itself. */
export function peopleMethods({ access, clusters }: EngineParts): PeopleMethods {
  return {
    async audit(actor, query) {
      requirePermission(actor, 'view');
      return await access.audit.list(query);
    },
    users: (actor) => access.users.list(actor),
    addUser: (actor, user) => access.users.add(actor, user),
    removeUser: (actor, username) => access.users.remove(actor, username),
    tokens: (actor) => access.tokens.list(actor),
    async addToken(actor, token) {
      requirePermission(actor, 'administer');
      // A name that is mistyped would make a password that opens nothing, found out at 3 a.m.
      if ('takeover' in token) requireServer(clusters.get(token.takeover.cluster), token.takeover.server);
      return await access.tokens.create(actor, token);
    },
    revokeToken: (actor, id) => access.tokens.revoke(actor, id),
  };
}
