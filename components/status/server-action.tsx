'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import { useId, useState } from 'react';
import type { ServerSnapshot } from '../../server/contract/snapshot.ts';
import { useCluster } from '../live/use-live.ts';
import { RejoinLink } from '../rejoin/rejoin-link.tsx';
import { offersRejoin } from '../rejoin/rejoin-offer.ts';
import { PromoteLink } from '../takeover/promote-link.tsx';
import { Icon } from '../ui/icon.tsx';
import { galeraPath, operationPath } from '../ui/paths.ts';

/** Promote, or rejoin, or in one press why not; while an operation runs, the way to it. Nothing for the primary itself. */
export function ServerAction({
  cluster,
  server,
  reasonClass,
}: {
  cluster: string;
  server: ServerSnapshot;
  reasonClass?: string;
}) {
  const [asked, setAsked] = useState(false);
  const id = useId();
  const snapshot = useCluster(cluster);
  const { possible, reason } = server.promotable;
  // Every node takes writes: nothing is promoted, and a node that is not with the others is looked at beside them.
  if (snapshot?.kind === 'galera') return <NodesLink cluster={cluster} server={server} />;
  if (possible && snapshot?.operationId) return <WatchLink operationId={snapshot.operationId} cluster={cluster} />;
  if (snapshot && offersRejoin(server, snapshot)) {
    return (
      <div className="server-action">
        <RejoinLink cluster={cluster} server={server} />
      </div>
    );
  }
  if (possible) {
    return (
      <div className="server-action">
        <PromoteLink cluster={cluster} server={server} />
      </div>
    );
  }
  if (server.role === 'primary' || reason === null) return <div className="server-action empty:hidden" />;
  return (
    <>
      <div className="server-action">
        <button
          type="button"
          className="target link text-sm"
          aria-expanded={asked}
          aria-controls={id}
          onClick={() => setAsked(!asked)}
        >
          why it can’t
          <span className="sr-only"> be promoted: {server.name}</span>
          <Icon name="chevron" className={clsx('!w-3', asked && 'rotate-90')} />
        </button>
      </div>
      <p id={id} hidden={!asked} className={clsx('text-sm text-soft', reasonClass)}>
        {server.name} can’t be promoted: {reason}
      </p>
    </>
  );
}

function NodesLink({ cluster, server }: { cluster: string; server: ServerSnapshot }) {
  if (server.galera?.clusterStatus === 'primary' && server.state === 'up')
    return <div className="server-action empty:hidden" />;
  return (
    <div className="server-action">
      <Link href={galeraPath(cluster)} prefetch={false} className="btn btn-small whitespace-nowrap">
        What it knows<span className="sr-only">: {server.name}</span>
      </Link>
    </div>
  );
}

/** A second operation would be refused: until the first has ended, this is what there is to see. */
function WatchLink({ operationId, cluster }: { operationId: string; cluster: string }) {
  return (
    <div className="server-action">
      <Link href={operationPath(operationId)} prefetch={false} className="btn btn-small whitespace-nowrap">
        Watch what runs<span className="sr-only"> on {cluster}</span>
      </Link>
    </div>
  );
}
