'use client';

import { clsx } from 'clsx';
import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';
import { Trend } from '../charts/trend-line.tsx';
import { Status } from '../ui/mark.tsx';
import { AsOf, useStale } from './as-of.tsx';
import { ServerAction } from './server-action.tsx';
import { isReplicating, markOf, serverLine } from './server-line.ts';
import { ServerSentence } from './server-sentence.tsx';

/** One server on the front page: who it is, how it is, how it was, and the one thing to do with it. */
export function ServerRow({ cluster, server }: { cluster: ClusterSnapshot; server: ServerSnapshot }) {
  const line = serverLine(server, cluster);
  const stale = useStale(server, cluster);
  return (
    <li className="server-row">
      <h3 title={server.address} className="min-w-0 break-words">
        {server.name}
      </h3>
      <Status level={markOf(line.level, stale)} word={line.word} />
      <p className={clsx('server-row-sentence', stale ? 'text-faint' : 'text-ink')}>
        <ServerSentence line={line} />
      </p>
      <Trend
        cluster={cluster.name}
        server={server.name}
        metric={takesWrites(server) ? 'writes' : 'lag'}
        pollSeconds={cluster.pollSeconds}
        known={server.state === 'up' && server.replication.every(isReplicating)}
      />
      <AsOf server={server} cluster={cluster} />
      <ServerAction cluster={cluster.name} server={server} reasonClass="server-row-reason" />
    </li>
  );
}

const takesWrites = (server: ServerSnapshot): boolean => server.replication.length === 0;
