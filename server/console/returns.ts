import type { ClusterSnapshot } from '../contract/snapshot.ts';

/** Names the servers that answer again: the pure comparison of two snapshots of a cluster. */
export function returned(before: ClusterSnapshot | null, after: ClusterSnapshot): string[] {
  const away = new Set(before?.servers.filter(({ state }) => state === 'unreachable').map(({ name }) => name));
  return after.servers.filter(({ name, state }) => state === 'up' && away.has(name)).map(({ name }) => name);
}
