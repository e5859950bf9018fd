import type { ClusterSnapshot } from '../contract/snapshot.ts';

/**
 * Names the servers that answer after a time in which they did not, or in which nobody asked: the console was down, and
 * what came back meanwhile came back unseen. The pure comparison of two snapshots of a cluster.
 */
export function returned(before: ClusterSnapshot | null, after: ClusterSnapshot): string[] {
  // Who is the primary is judged once every server was looked at.
  if (after.health === 'unknown') return [];
  const known = before !== null && before.health !== 'unknown' ? before.servers : [];
  const here = new Set(known.filter(({ state }) => state !== 'unreachable').map(({ name }) => name));
  return after.servers.filter(({ name, state }) => state === 'up' && !here.has(name)).map(({ name }) => name);
}
