import type { ActorRole, Permission, TakeoverScope } from '../contract/access.ts';
import { BatonError } from '../contract/errors.ts';
import { permissionsOf, whyNot } from './may.ts';

/** Who asks: made from a session, a token, a ticket or the command line; the engine asks it before every act. */
export interface Actor {
  /** The username; "token:NAME" for an API token (no username has a colon). */
  name: string;
  role: ActorRole;
  permissions: readonly Permission[];
  /** Of the role takeover: the one server that it may make the primary; else null. */
  takeover: TakeoverScope | null;
  /** Address the request came from; "cli" for the command line, "console" for what Baton does by itself. */
  from: string;
}

/** An actor with the permissions of its role; `takeover` is the scope of a role that has one. */
export function actorOf(name: string, role: ActorRole, from: string, takeover: TakeoverScope | null = null): Actor {
  return { name, role, permissions: permissionsOf(role), takeover, from };
}

/** Who runs a command on the host of the store may do all: they could read its files as well. */
export function commandLineActor(name: string): Actor {
  return actorOf(name, 'admin', 'cli');
}

/** Throws BatonError('forbidden') that names what is missing and who has it. */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (actor.permissions.includes(permission)) return;
  throw new BatonError(
    'forbidden',
    whyNot(actor.role, permission) ?? `${actor.name} may not ${permission}.`,
    'Ask an admin for the role, or sign in as another user.',
    { permission },
  );
}
