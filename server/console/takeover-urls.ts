import type { ClusterSnapshot } from '../contract/snapshot.ts';

/** The address that leads straight to the review of a takeover of that server. */
export function takeoverUrl(consoleUrl: string, cluster: string, server: string): string {
  return new URL(`/clusters/${encodeURIComponent(cluster)}/takeover/${encodeURIComponent(server)}`, consoleUrl).href;
}

/** The snapshot with the takeover address of each server, as a browser reaches this console. */
export function withTakeoverUrls(snapshot: ClusterSnapshot, consoleUrl: string): ClusterSnapshot {
  // Every node of a Galera cluster takes writes: none is promoted.
  if (snapshot.kind === 'galera') return snapshot;
  const servers = snapshot.servers.map((server) => ({
    ...server,
    takeoverUrl: takeoverUrl(consoleUrl, snapshot.name, server.name),
  }));
  return { ...snapshot, servers };
}
