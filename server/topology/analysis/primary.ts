import type { Roles } from '../roles.ts';
import type { ClusterView } from '../view.ts';
import { certificateFix } from './server.ts';
import { duration, type Evidence, type Finding } from './finding.ts';

/** Servers that both take writes and follow nobody: with every second there is more that only one of them has. */
export function twoWritablePrimaries({ roles }: Evidence): Finding[] {
  if (roles.conflicting.length === 0) return [];
  const names = roles.conflicting.join(' and ');
  return [
    {
      code: 'two-writable-primaries',
      level: 'critical',
      server: null,
      text: `${names} take writes and replicate from nobody: their data drift apart.`,
      fix: 'Decide which one is the primary, set read_only=1 on the other at once, and look at the transactions that only it has.',
    },
  ];
}

/** Nobody can write. Not told before any server was seen, nor where a server follows one outside of the cluster: that is the primary then. */
export function noPrimary({ snapshot, roles }: Evidence): Finding[] {
  if (snapshot.primary !== null || roles.writable.length > 1) return [];
  if (!snapshot.servers.some((server) => server.observedAt !== null)) return [];
  const outside = snapshot.servers.flatMap((server) => server.replication).some((one) => one.primary === null);
  if (outside) return [];
  return [
    {
      code: 'no-primary',
      level: 'critical',
      server: null,
      text: `None of the ${snapshot.servers.length} servers of ${snapshot.name} takes writes and is followed by the others.`,
      fix: 'Promote the replica with the highest position.',
    },
  ];
}

/** The primary does not answer the console; whether its replicas hear it tells a dead server from a console that is cut off. */
export function primaryUnreachable({ snapshot, view, roles }: Evidence): Finding[] {
  const primary = snapshot.servers.find((server) => server.name === snapshot.primary);
  if (primary?.state !== 'unreachable') return [];
  const seen = primary.observedAt
    ? `last seen ${duration((Date.parse(snapshot.observedAt) - Date.parse(primary.observedAt)) / 1000)} ago`
    : 'never seen by this console';
  const witnesses = stillHeardBy(primary.name, view, roles);
  const heard = witnesses.length > 0 ? ` ${witnesses.join(' and ')} heard it since.` : '';
  const certificate = certificateFix(primary);
  return [
    {
      code: 'primary-unreachable',
      level: 'critical',
      server: primary.name,
      text: `The primary ${primary.name} can't be reached, ${seen}: ${primary.detail ?? 'no reason known'}.${heard}`,
      fix: certificate
        ? `It answers, and a failover beside it would make two primaries. ${certificate}`
        : heard
          ? `Look at the network between the console and ${primary.name} first: it is alive, and a failover would make two primaries.`
          : 'Bring it back, or promote a replica (failover).',
    },
  ];
}

/** Replicas that got something from the primary after the console did: then it is the console that is cut off. */
function stillHeardBy(primary: string, view: ClusterView, roles: Roles): string[] {
  const lost = view.servers.find(({ server }) => server.name === primary)?.up?.at;
  if (lost === undefined) return [];
  // Within two polls of its end, and a slow answer, all have heard the last of a server that died.
  const since = lost + 3 * view.pollMs;
  return view.servers
    .filter(({ server, last, heard }) => {
      const index = (roles.sourcesOf.get(server.name) ?? []).indexOf(primary);
      return index >= 0 && last?.kind === 'up' && ([...heard.values()][index]?.at ?? 0) > since;
    })
    .map(({ server }) => server.name);
}

/** The primary answers and takes no writes, as after a restart with read_only in its configuration. */
export function primaryReadOnly({ snapshot }: Evidence): Finding[] {
  const primary = snapshot.servers.find((server) => server.name === snapshot.primary);
  // While a takeover freezes it, that is what is meant to be.
  if (primary?.state !== 'up' || primary.readOnly !== true || snapshot.operationId !== null) return [];
  return [
    {
      code: 'primary-read-only',
      level: 'critical',
      server: primary.name,
      text: `The primary ${primary.name} is read-only: nobody can write.`,
      fix: 'SET GLOBAL read_only=0',
    },
  ];
}
