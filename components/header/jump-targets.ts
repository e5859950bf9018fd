import type { Permission } from '../../server/contract/access.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { takeoverWords } from '../takeover/wording.ts';
import { clusterPath, dumpsPath, takeoverPath } from '../ui/paths.ts';

export interface JumpTarget {
  text: string;
  /** What it is: "cluster", "server of erp5", "page". */
  kind: string;
  href: string;
}

/** Everywhere that the quick jump can go, in the order it lists them. */
export function jumpTargets(clusters: readonly ClusterSnapshot[], permissions: readonly Permission[]): JumpTarget[] {
  return [
    ...clusters.map((cluster) => ({ text: cluster.name, kind: 'cluster', href: clusterPath(cluster.name) })),
    ...clusters.flatMap((cluster) =>
      cluster.servers.map((server) => ({
        text: server.name,
        kind: `server of ${cluster.name}`,
        href: `${clusterPath(cluster.name)}#${server.name}`,
      })),
    ),
    ...clusters.flatMap((cluster) =>
      cluster.servers
        .filter((server) => server.promotable.possible)
        .map((server) => ({
          text: takeoverWords[server.promotable.kind ?? 'switchover'].button(server.name),
          kind: `review, ${cluster.name}`,
          href: takeoverPath(cluster.name, server.name),
        })),
    ),
    ...clusters.map((cluster) => ({
      text: `Dumps of ${cluster.name}`,
      kind: 'page',
      href: dumpsPath(cluster.name),
    })),
    { text: 'Operations', kind: 'page', href: '/operations' },
    { text: 'Audit', kind: 'page', href: '/audit' },
    ...(permissions.includes('administer') ? [{ text: 'Users and tokens', kind: 'page', href: '/access' }] : []),
  ];
}

/** Targets that have every word of `typed`, those that start with it first. */
export function findTargets(targets: readonly JumpTarget[], typed: string): JumpTarget[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = targets.filter((target) => {
    const text = `${target.text} ${target.kind}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const starts = (target: JumpTarget): number => (target.text.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return found.toSorted((one, other) => starts(one) - starts(other));
}
