import type { ActorRole, Permission, UserRole } from '../contract/access.ts';

/**
 * What each role may. A viewer may not download: a dump holds every row and every password hash of its server, which
 * is more than any page shows.
 */
const permissionsOfRole: Record<ActorRole, readonly Permission[]> = {
  // Nothing at large: what it may of its one server is asked for by name, in scope.ts.
  takeover: [],
  viewer: ['view'],
  operator: ['view', 'operate', 'download'],
  admin: ['view', 'operate', 'download', 'administer'],
};

/** The permissions of a role, least first. */
export function permissionsOf(role: ActorRole): readonly Permission[] {
  return permissionsOfRole[role];
}

/** True when the role includes the permission. */
export function may(role: ActorRole, permission: Permission): boolean {
  return permissionsOfRole[role].includes(permission);
}

const acts: Record<Permission, string> = {
  view: 'see the clusters',
  operate: 'start or stop operations',
  download: 'download dumps',
  administer: 'manage users and tokens',
};

const withArticle: Record<ActorRole, string> = {
  takeover: 'a token for a takeover',
  viewer: 'a viewer',
  operator: 'an operator',
  admin: 'an admin',
};

/** Why the role may not, in a sentence that names who may ("A viewer may not …; an operator or an admin may."); null when it may. */
export function whyNot(role: ActorRole, permission: Permission): string | null {
  if (may(role, permission)) return null;
  const roles: readonly UserRole[] = ['viewer', 'operator', 'admin'];
  const who = roles.filter((other) => may(other, permission)).map((other) => withArticle[other]);
  return `${withArticle[role].replace(/^a/, 'A')} may not ${acts[permission]}; ${who.join(' or ')} may.`;
}
