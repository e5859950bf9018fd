import { countTransactions, formatRanges } from '../../mariadb/gtid.ts';
import { freshServers, transactions, type Evidence, type Finding } from './finding.ts';

/** A server that should follow the primary and follows nobody, or somebody else. */
export function notFollowing(evidence: Evidence): Finding[] {
  const { snapshot, roles, view } = evidence;
  const { primary } = snapshot;
  // While a takeover moves servers about, that is what is meant to be.
  if (primary === null || snapshot.operationId !== null) return [];
  return freshServers(evidence).flatMap((server) => {
    if (server.name === primary || view.memory.detached.has(server.name) || roles.writable.includes(server.name))
      return [];
    const sources = roles.sourcesOf.get(server.name) ?? [];
    const followsReplica = sources.some((source) => source !== null && roles.roleOf.get(source) === 'replica');
    if (sources.includes(primary) || followsReplica) return [];
    const [connection] = server.replication;
    const instead = connection ? `follows ${connection.primary ?? connection.source}` : 'follows nobody';
    return [
      {
        code: 'replica-not-following',
        level: 'serious',
        server: server.name,
        text: `${server.name} ${instead}, not the primary ${primary}.`,
        fix: `Rejoin ${server.name}: baton rejoin ${snapshot.name}/${server.name}`,
      },
    ];
  });
}

/** What only a server that is not the primary has: it is lost with the server, and breaks its replication when it meets the same row. */
export function errantTransactions(evidence: Evidence): Finding[] {
  const { snapshot, view } = evidence;
  return freshServers(evidence).flatMap((server) => {
    const ranges = view.servers.find((one) => one.server.name === server.name)?.errant ?? [];
    if (ranges.length === 0 || server.name === snapshot.primary || view.memory.detached.has(server.name)) return [];
    return [
      {
        code: 'errant-transactions',
        level: 'serious',
        server: server.name,
        text: `${server.name} has ${transactions(countTransactions(ranges))} that ${snapshot.primary ?? 'the primary'} does not have: ${formatRanges(ranges)}.`,
        fix: `Export them (GET /api/v1/clusters/${snapshot.name}/servers/${server.name}/extra-transactions?format=sql), carry over what must not be lost, and give the server a new first copy.`,
      },
    ];
  });
}

/** A replica that takes writes, as one does that was restarted without read_only in its configuration. */
export function replicaWritable(evidence: Evidence): Finding[] {
  return freshServers(evidence)
    .filter((server) => server.role === 'replica' && server.readOnly === false)
    .map((server) => ({
      code: 'replica-writable',
      level: 'caution',
      server: server.name,
      text: `The replica ${server.name} takes writes (read_only=0): one stray write breaks its replication.`,
      fix: 'SET GLOBAL read_only=1, and in its configuration.',
    }));
}
