'use client';

import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';
import { calmDuration } from '../format/duration.ts';
import { utc } from '../format/instant.ts';
import { useClock } from '../live/use-live.ts';
import { Mark } from '../ui/mark.tsx';
import { freshness } from './freshness.ts';

/** Is this row older than three polls? Renders again only when that turns. */
export function useStale(server: ServerSnapshot, cluster: ClusterSnapshot): boolean {
  return useClock((nowMs) => freshness(server, cluster, nowMs).stale);
}

/** "as of <1 s ago", "stale 42 s", "seen 4 min ago", "never seen". */
export function AsOf({ server, cluster }: { server: ServerSnapshot; cluster: ClusterSnapshot }) {
  const stale = useStale(server, cluster);
  const age = useClock((nowMs) => {
    const { ageSeconds } = freshness(server, cluster, nowMs);
    return ageSeconds === null ? '' : calmDuration(ageSeconds);
  });
  if (server.observedAt === null) return <span className="whitespace-nowrap text-sm text-faint">never seen</span>;
  if (stale) {
    return (
      <time
        dateTime={server.observedAt}
        title={utc(server.observedAt)}
        className="inline-flex items-baseline gap-1.5 whitespace-nowrap text-sm text-soft"
      >
        <Mark level="off" className="translate-y-px" />
        stale {age}
      </time>
    );
  }
  return (
    <time dateTime={server.observedAt} title={utc(server.observedAt)} className="whitespace-nowrap text-sm text-faint">
      {server.state === 'unreachable' ? 'seen' : <span className="sr-only">as of</span>} {age} ago
    </time>
  );
}
