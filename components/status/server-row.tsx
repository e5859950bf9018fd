'use client';

import clsx from 'clsx';
import { useId, useState } from 'react';
import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';
import { Trend } from '../charts/trend-line.tsx';
import { PromoteLink } from '../takeover/promote-link.tsx';
import { Icon } from '../ui/icon.tsx';
import { Status } from '../ui/mark.tsx';
import { AsOf, useStale } from './as-of.tsx';
import { serverLine } from './server-line.ts';
import { ServerSentence } from './server-sentence.tsx';

/** One server on the front page: who it is, how it is, how it was, and the one thing to do with it. */
export function ServerRow({ cluster, server }: { cluster: ClusterSnapshot; server: ServerSnapshot }) {
  const line = serverLine(server, cluster);
  const stale = useStale(server, cluster);
  const [asked, setAsked] = useState(false);
  const reasonId = useId();
  const { possible, reason } = server.promotable;
  const isPrimary = server.role === 'primary';
  return (
    <li className="server-row">
      <h3 title={server.address}>{server.name}</h3>
      <Status level={line.level} word={line.word} />
      <p className={clsx('server-row-sentence', stale ? 'text-faint' : 'text-ink')}>
        <ServerSentence line={line} />
      </p>
      <Trend cluster={cluster.name} server={server.name} metric={isPrimary ? 'writes' : 'lag'} />
      <AsOf server={server} cluster={cluster} />
      <div className="server-row-action">
        {possible && <PromoteLink cluster={cluster.name} server={server} />}
        {!possible && !isPrimary && reason !== null && (
          <button
            type="button"
            className="target link text-sm"
            aria-expanded={asked}
            aria-controls={reasonId}
            onClick={() => setAsked(!asked)}
          >
            why it can’t
            <span className="sr-only"> be promoted: {server.name}</span>
            <Icon name="chevron" className={clsx('!w-3', asked && 'rotate-90')} />
          </button>
        )}
      </div>
      <p id={reasonId} hidden={!asked} className="server-row-reason text-sm text-soft">
        {server.name} can’t be promoted: {reason}
      </p>
    </li>
  );
}
