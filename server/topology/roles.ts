import type { Role } from '../contract/snapshot.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import type { ServerAddress } from './observation.ts';
import { connectionsOf, onlyOne, sourceOf } from './sources.ts';
import { concurrent, type WritableRun } from './writable.ts';

/** A configured server with what is known of it. */
export interface KnownServer {
  readonly server: ServerAddress;
  /** As last read, of whatever age; null when it was never seen. */
  readonly facts: ServerFacts | null;
  /** Whether the newest look succeeded. */
  readonly reachable: boolean;
  /** Since when it is seen to take writes; null where it does not. */
  readonly writable: WritableRun | null;
}

/** What is remembered from before, beyond what the servers say. */
export interface RoleMemory {
  readonly lastPrimary: string | null;
  /** Servers that a detach made independent: outside the count of primaries until they replicate again. */
  readonly detached: ReadonlySet<string>;
  /** Servers that were seen as replicas while the last primary was it: one that now takes writes was promoted by somebody. */
  readonly itsReplicas: ReadonlySet<string>;
}

export interface Roles {
  readonly primary: string | null;
  readonly roleOf: ReadonlyMap<string, Role>;
  /** Servers that took writes when last read, replicate from nobody and were not detached. */
  readonly writable: readonly string[];
  /** Those of them that certainly did so at the same time as another: a split brain. */
  readonly conflicting: readonly string[];
  /** Per replica, the configured servers it replicates from; null stands for one that is not of the cluster. */
  readonly sourcesOf: ReadonlyMap<string, readonly (string | null)[]>;
}

/**
 * Who is what, from all that is known. A primary that can't be reached stays the primary while nobody else has taken
 * its place: that it is gone is a problem, not another role.
 */
export function resolveRoles(known: readonly KnownServer[], memory: RoleMemory): Roles {
  const sourcesOf = new Map(
    known.map((one) => [one.server.name, connectionsOf(one.facts).map((status) => sourceOf(status, one, known))]),
  );
  const followers = (name: string): number =>
    known.filter((one) => one.reachable && (sourcesOf.get(one.server.name) ?? []).includes(name)).length;
  const followedAtAll = (name: string): boolean => [...sourcesOf.values()].some((sources) => sources.includes(name));

  // A primary may replicate from sources outside of the cluster: it takes writes, and servers of the cluster follow it.
  const fedFromOutside = ({ server, facts }: KnownServer): boolean =>
    facts?.readOnly === false &&
    (sourcesOf.get(server.name) ?? []).every((source) => source === null) &&
    (followers(server.name) > 0 || server.name === memory.lastPrimary);
  const independent = known.filter(
    (one) => (connectionsOf(one.facts).length === 0 || fedFromOutside(one)) && !memory.detached.has(one.server.name),
  );
  const candidates = independent.filter(
    ({ server, facts }) => facts !== null || followedAtAll(server.name) || server.name === memory.lastPrimary,
  );
  const writable = candidates.filter((one) => one.reachable && one.facts?.readOnly === false);
  const primary = choosePrimary(candidates, writable, followers, memory) ?? ringPrimary(known, sourcesOf);
  const conflicting = writable
    .filter((one) => writable.some((other) => other !== one && together(one, other)))
    .map((one) => one.server.name);
  return {
    primary,
    writable: writable.map((one) => one.server.name),
    conflicting,
    sourcesOf,
    roleOf: new Map(known.map((one) => [one.server.name, roleOf(one, primary, conflicting)])),
  };
}

function choosePrimary(
  candidates: readonly KnownServer[],
  writable: readonly KnownServer[],
  followers: (name: string) => number,
  { lastPrimary, itsReplicas }: RoleMemory,
): string | null {
  const [only] = writable;
  if (only && writable.length === 1) {
    const name = only.server.name;
    const isPrimary = name === lastPrimary || followers(name) > 0 || itsReplicas.has(name);
    // A dead primary has not been replaced by a server that merely takes writes (an old primary that came back, a stray).
    const dead = candidates.find((one) => !one.reachable && followers(one.server.name) > 0);
    const mourned = dead ?? candidates.find((one) => !one.reachable && one.server.name === lastPrimary);
    return isPrimary || !mourned ? name : mourned.server.name;
  }
  const choice = writable.length > 0 ? writable : candidates;
  const most = Math.max(0, ...choice.map((one) => followers(one.server.name)));
  const best = choice.filter((one) => followers(one.server.name) === most);
  const remembered = best.find((one) => one.server.name === lastPrimary);
  if (remembered) return remembered.server.name;
  // Nobody writable and nobody followed: read-only servers beside each other have no primary.
  if (most === 0 && writable.length === 0 && candidates.length > 1) return null;
  return onlyOne(best)?.server.name ?? null;
}

/** Servers that replicate from each other: the only one that takes writes. */
function ringPrimary(
  known: readonly KnownServer[],
  sourcesOf: ReadonlyMap<string, readonly (string | null)[]>,
): string | null {
  const inRing = (name: string): boolean =>
    (sourcesOf.get(name) ?? []).some((source) => source !== null && (sourcesOf.get(source) ?? []).includes(name));
  const writable = known.filter((one) => one.reachable && one.facts?.readOnly === false && inRing(one.server.name));
  return onlyOne(writable)?.server.name ?? null;
}

function roleOf(
  { server, facts, reachable }: KnownServer,
  primary: string | null,
  conflicting: readonly string[],
): Role {
  if (server.name === primary) return 'primary';
  if (connectionsOf(facts).length > 0) return 'replica';
  if (!reachable || facts === null) return 'unknown';
  // Two servers that take writes are two primaries, whatever was meant.
  return conflicting.includes(server.name) ? 'primary' : 'standalone';
}

function together(a: KnownServer, b: KnownServer): boolean {
  return a.writable !== null && b.writable !== null && concurrent(a.writable, b.writable);
}
