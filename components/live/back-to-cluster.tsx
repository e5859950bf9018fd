'use client';

import Link from 'next/link';
import { clusterPath, takeoverPath } from '../ui/paths.ts';
import { useSession } from './use-live.ts';

/** The way back to the cluster of a page; in a session for one takeover, to its review. */
export function BackToCluster({ cluster, className }: { cluster: string; className: string }) {
  const { takeover } = useSession();
  return (
    <p className={className}>
      <Link
        href={takeover === null ? clusterPath(cluster) : takeoverPath(takeover.cluster, takeover.server)}
        prefetch={false}
        className="target link"
      >
        ‹ {takeover === null ? cluster : `review of ${takeover.server}`}
      </Link>
    </p>
  );
}
