import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import type { ServerAddress } from './observation.ts';

interface Named {
  readonly server: ServerAddress;
  readonly facts: ServerFacts | null;
}

/** The connections a server is configured with; RESET SLAVE without ALL leaves a row without a host behind. */
export function connectionsOf(facts: ServerFacts | null): readonly ReplicaStatus[] {
  return facts?.replication.filter((status) => status.host !== '') ?? [];
}

/**
 * The configured server that a connection replicates from: by address, by its own host name, or by the server id that the
 * connection has met, where names differ or a relay stands between. null where it is none of them.
 */
export function sourceOf(status: ReplicaStatus, self: Named, known: readonly Named[]): string | null {
  const others = known.filter((one) => one.server.name !== self.server.name);
  const host = canonicalHost(status.host);
  const found =
    others.find((one) => canonicalHost(one.server.host) === host && one.server.port === status.port) ??
    others.find((one) => one.facts?.hostname === status.host && one.server.port === status.port) ??
    onlyOne(others.filter((one) => status.masterServerId > 0 && one.facts?.serverId === status.masterServerId));
  return found?.server.name ?? null;
}

/** The only element, or undefined where there is none or more than one. */
export function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

/** Case, brackets and the names of the own machine do not make another host. */
function canonicalHost(host: string): string {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || bare === '::1' ? '127.0.0.1' : bare;
}
