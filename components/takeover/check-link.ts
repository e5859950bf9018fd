import type { Check } from '../../server/contract/takeover.ts';
import { clusterPath, dumpsPath, rejoinPath, takeoverPath } from '../ui/paths.ts';

/** The page on which the fix of a check is one press away; null where there is none. */
export function checkLink(
  { code, server, level }: Pick<Check, 'code' | 'server' | 'level'>,
  { cluster, target }: { cluster: string; target: string },
): { href: string; text: string } | null {
  if (level === 'pass') return null;
  const operations = `/operations?cluster=${encodeURIComponent(cluster)}`;
  switch (code) {
    case 'backup-age':
      return { href: dumpsPath(cluster), text: 'Back up first' };
    case 'target-maintenance':
      return { href: `${clusterPath(cluster)}#maintenance`, text: 'See its maintenance' };
    case 'replica-ahead':
      return server === null
        ? null
        : { href: `${takeoverPath(cluster, server)}?kind=failover`, text: `Review ${server} instead` };
    case 'replicas-follow-primary':
      return server === null ? null : { href: rejoinPath(cluster, server), text: `Review a rejoin of ${server}` };
    case 'primary-alive':
      return { href: `${takeoverPath(cluster, target)}?kind=switchover`, text: 'Review a switchover' };
    case 'primary-reachable':
      return { href: `${takeoverPath(cluster, target)}?kind=failover`, text: 'Review a failover' };
    case 'operation-unfinished':
    case 'lock-free':
      return { href: operations, text: 'See its operations' };
    default:
      return null;
  }
}
