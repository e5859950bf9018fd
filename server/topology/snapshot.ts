import type { ClusterSnapshot, ReplicationConnection, ServerSnapshot } from '../contract/snapshot.ts';
import { formatGtidList, type GtidList } from '../mariadb/gtid.ts';
import { missingGrants } from '../mariadb/grants.ts';
import { findProblems, healthOf, withSince } from './analysis.ts';
import { positionOf, replicationConnection } from './connections.ts';
import { galeraRoles } from './galera-roles.ts';
import { componentsOf, galeraState } from './galera-state.ts';
import { maintenanceAt, withoutMaintained } from './maintenance.ts';
import type { UpObservation } from './observation.ts';
import { addressText } from '../contract/listen-address.ts';
import { promotable } from './promotable.ts';
import { replicasSeen } from './replicas-seen.ts';
import { resolveRoles, type Roles } from './roles.ts';
import { connectionsOf } from './sources.ts';
import { silentSeconds } from './silence.ts';
import { knownServer, type ClusterView, type ServerView } from './view.ts';

/** A value older than this many polls is stale; a primary whose position is older can't be measured against. */
const stalePolls = 3;

const everyNodeWrites = { possible: false, kind: null, reason: 'Every node of a Galera cluster takes writes.' };

/** The snapshot of a cluster, its problems worst first; `previous` problems give those that still stand their `since`. */
export function buildSnapshot(
  view: ClusterView,
  previous: Parameters<typeof withSince>[1],
): { snapshot: ClusterSnapshot; roles: Roles } {
  const known = view.servers.map(knownServer);
  const galera = view.kind === 'galera';
  const roles = galera ? galeraRoles(known) : resolveRoles(known, view.memory);
  const servers = view.servers.map((one) => serverSnapshot(one, view, roles));
  const withButtons = servers.map((server) => ({
    ...server,
    promotable: galera ? everyNodeWrites : promotable(server, servers, roles.primary),
  }));
  const draft: ClusterSnapshot = {
    name: view.name,
    kind: view.kind,
    sandbox: view.sandbox,
    observedAt: instantText(view.now),
    health: 'unknown',
    problems: [],
    primary: roles.primary,
    lag: view.lagLimits,
    pollSeconds: view.pollMs / 1000,
    servers: withButtons,
    newestDump: newestDump(view),
    ...(galera ? { components: componentsOf(withButtons) } : {}),
    operationId: view.operation.operationId,
  };
  // Half of the evidence would show problems that the other half explains.
  const judged = view.servers.every((one) => one.last !== null);
  const found = judged ? findProblems({ snapshot: draft, view, roles }) : [];
  const aside = new Set(servers.filter(({ maintenance }) => maintenance !== null).map(({ name }) => name));
  const problems = withSince(withoutMaintained(found, aside), previous, instantText(view.now));
  return { snapshot: { ...draft, problems, health: healthOf(draft, problems) }, roles };
}

/** ISO 8601, UTC. */
function instantText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function serverSnapshot(one: ServerView, view: ClusterView, roles: Roles): ServerSnapshot {
  const { server, last, up } = one;
  const facts = up?.facts ?? null;
  const unreachable = last?.kind === 'unreachable' ? last : null;
  const stale = !unreachable && last !== null && view.now - last.at > stalePolls * view.pollMs;
  return {
    name: server.name,
    address: addressText(server),
    ...(server.via && { via: server.via }),
    ...(facts?.tcpOff && { tcpOff: true }),
    role: roles.roleOf.get(server.name) ?? 'unknown',
    // Not looked at yet is not failed: as old as can be.
    state: unreachable ? 'unreachable' : stale || last === null ? 'stale' : 'up',
    reason: unreachable?.reason ?? null,
    detail: last === null ? 'not looked at yet' : (unreachable?.detail ?? null),
    observedAt: up ? instantText(up.at) : null,
    attemptedAt: last ? instantText(last.at) : null,
    roundTripMs: up ? Math.round(up.roundTripMs * 10) / 10 : null,
    version: facts?.version.text ?? null,
    serverId: facts?.serverId ?? null,
    readOnly: facts?.readOnly ?? null,
    gtid: facts && {
      binlog: formatGtidList(facts.binlogPos),
      slave: formatGtidList(facts.slavePos),
      current: formatGtidList(facts.currentPos),
    },
    replication: up ? connections(one, up, view, roles) : [],
    replicasSeen: facts ? replicasSeen(one, view, roles) : [],
    eventScheduler: facts?.eventScheduler ?? null,
    semiSync: facts?.semiSync
      ? {
          primary: facts.semiSync.primaryEnabled,
          replica: facts.semiSync.replicaEnabled,
          clients: facts.semiSync.primaryClients,
        }
      : null,
    uptimeSeconds: facts?.uptimeSeconds ?? null,
    clockSkewSeconds: up ? clockSkewSeconds(up) : null,
    writesPerSecond: one.writesPerSecond,
    errantGtid: one.errant
      ? formatGtidList(one.errant.map(({ domain, server: id, to }) => ({ domain, server: id, sequence: to })))
      : null,
    missingGrants: facts ? [...missingGrants(facts.grants, 'observe', facts.version).required] : [],
    ...(view.kind === 'galera' ? { galera: galeraState(up, one.previousUp) } : {}),
    candidate: server.candidate,
    maintenance: maintenanceAt(view.maintenance, server.name, view.now),
    promotable: { possible: false, kind: null, reason: null },
    agent: one.agent?.agent ?? { state: 'none', detail: null, services: [] },
  };
}

function connections(one: ServerView, up: UpObservation, view: ClusterView, roles: Roles): ReplicationConnection[] {
  const sources = roles.sourcesOf.get(one.server.name) ?? [];
  return connectionsOf(up.facts).map((status, index) => {
    const sourceName = sources[index] ?? null;
    const source = view.servers.find(({ server }) => server.name === sourceName);
    const silent = silentSeconds({
      now: view.now,
      heard: one.heard.get(status.connection),
      status,
      pollMs: view.pollMs,
      source: source?.up ? { at: source.up.at, reachable: source.last?.kind === 'up' } : null,
    });
    return replicationConnection(status, up, sourceName, silent, {
      followsPrimary: sourceName !== null && leadsTo(sourceName, roles),
      history: view.history,
      primaryPosition: primaryPosition(view, roles.primary, up),
      pollMs: view.pollMs,
    });
  });
}

/** Whether following the sources from `name` on comes to the primary. */
function leadsTo(name: string, roles: Roles, seen: readonly string[] = []): boolean {
  if (name === roles.primary) return true;
  if (seen.includes(name)) return false;
  const sources = roles.sourcesOf.get(name) ?? [];
  return sources.some((source) => source !== null && leadsTo(source, roles, [...seen, name]));
}

/**
 * The primary's position as it was when the replica was read: a newer one would make each replica of a busy primary look
 * behind. null where the primary is not known now.
 */
function primaryPosition(view: ClusterView, primary: string | null, replica: UpObservation): GtidList | null {
  const found = view.servers.find(({ server }) => server.name === primary);
  if (!found?.up || found.last?.kind !== 'up' || view.now - found.up.at > stalePolls * view.pollMs) return null;
  const before = found.up.at <= replica.at ? found.up : found.previousUp;
  return positionOf((before ?? found.up).facts);
}

/** The server's clock was read within the round trip: less than half of it is no skew that can be told. */
function clockSkewSeconds(up: UpObservation): number {
  const half = up.roundTripMs / 2;
  const skew = up.facts.serverClockMs - (up.at - half);
  return Math.abs(skew) <= half ? 0 : Math.round(skew) / 1000;
}

function newestDump(view: ClusterView): ClusterSnapshot['newestDump'] {
  const dumps = view.servers.flatMap((one) => (one.agent?.newestDump ? [one.agent.newestDump] : []));
  return dumps.toSorted((a, b) => (a.endedAt < b.endedAt ? 1 : -1))[0] ?? null;
}
