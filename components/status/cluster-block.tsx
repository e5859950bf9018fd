'use client';

import Link from 'next/link';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { NewestDump } from '../dumps/newest-dump.tsx';
import { counted } from '../format/number.ts';
import { clusterPath } from '../ui/paths.ts';
import { RunningOperation } from './running-operation.tsx';
import { SandboxLabel } from './sandbox-label.tsx';
import { ServerRow } from './server-row.tsx';

/** One cluster on the front page. */
export function ClusterBlock({ cluster }: { cluster: ClusterSnapshot }) {
  const headingId = `cluster-${cluster.name}`;
  return (
    <section aria-labelledby={headingId} className="border-b border-line py-5">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-6 gap-y-1">
        <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
          <h2 id={headingId}>
            <Link
              href={clusterPath(cluster.name)}
              prefetch={false}
              className="target hover:text-accent hover:underline"
            >
              {cluster.name}
            </Link>
          </h2>
          <p className="text-sm text-faint">
            {cluster.kind} · {counted(cluster.servers.length, cluster.kind === 'galera' ? 'node' : 'server')}
          </p>
          {cluster.sandbox && <SandboxLabel />}
        </div>
        <NewestDump cluster={cluster} />
      </div>
      <RunningOperation cluster={cluster} className="max-lg:border-b-0" />
      <ul>
        {cluster.servers.map((server) => (
          <ServerRow key={server.name} cluster={cluster} server={server} />
        ))}
      </ul>
    </section>
  );
}
