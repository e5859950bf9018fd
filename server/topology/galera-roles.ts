import type { Role } from '../contract/snapshot.ts';
import type { KnownServer, Roles } from './roles.ts';
import { connectionsOf, sourceOf } from './sources.ts';

/** Every node of a Galera cluster takes writes: none is the primary of the others, and two that do are no conflict. */
export function galeraRoles(known: readonly KnownServer[]): Roles {
  return {
    primary: null,
    writable: [],
    conflicting: [],
    // A node may replicate from a server outside as well.
    sourcesOf: new Map(
      known.map((one) => [one.server.name, connectionsOf(one.facts).map((status) => sourceOf(status, one, known))]),
    ),
    roleOf: new Map(known.map((one): [string, Role] => [one.server.name, one.facts === null ? 'unknown' : 'galera'])),
  };
}
