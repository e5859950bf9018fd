import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { Sample } from '../store/store.ts';

/**
 * The samples of a tick: of each server that was read since `since`, its lag and transactions behind (replicas) or its
 * writes a second (the primary). What has no number has no sample: a gap stays a gap.
 */
export function samplesOf(snapshot: ClusterSnapshot, since: number): Sample[] {
  return snapshot.servers.flatMap((server) => {
    if (server.state !== 'up' || server.observedAt === null) return [];
    const at = Date.parse(server.observedAt);
    if (at <= since) return [];
    const sample = (metric: Sample['metric'], value: number | null | undefined): Sample[] =>
      value === null || value === undefined ? [] : [{ cluster: snapshot.name, server: server.name, metric, at, value }];
    if (server.name === snapshot.primary) return sample('writes', server.writesPerSecond);
    // Of several sources the one that leads to the cluster's primary is the cluster's lag.
    const connection = server.replication.find((one) => one.primary === snapshot.primary) ?? server.replication[0];
    return [...sample('lag', connection?.lagSeconds), ...sample('transactions-behind', connection?.transactionsBehind)];
  });
}
