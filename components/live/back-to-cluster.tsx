'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { clusterPath, takeoverPath } from '../ui/paths.ts';
import { useSession } from './use-live.ts';

/** The way back to the cluster of a page; in a session for one takeover, to its review, and from there nowhere. */
export function BackToCluster({ cluster, className }: { cluster: string; className: string }) {
  const { takeover } = useSession();
  const pathname = usePathname();
  const href = takeover === null ? clusterPath(cluster) : takeoverPath(takeover.cluster, takeover.server);
  if (pathname === href) return <div className={className} />;
  return (
    <p className={className}>
      <Link href={href} prefetch={false} className="target link">
        ‹ {takeover === null ? cluster : `review of ${takeover.server}`}
      </Link>
    </p>
  );
}
