'use client';

import Link from 'next/link';
import type { ServerSnapshot } from '../../server/contract/snapshot.ts';
import { useLive } from '../live/use-live.ts';
import { Icon } from '../ui/icon.tsx';
import { rejoinPath } from '../ui/paths.ts';

/** Opens the review of a rejoin: nothing happens before it is confirmed there. */
export function RejoinLink({ cluster, server }: { cluster: string; server: ServerSnapshot }) {
  const contact = useLive((state) => state.connection.kind !== 'lost');
  return (
    <Link
      href={rejoinPath(cluster, server.name)}
      prefetch={false}
      aria-disabled={contact ? undefined : true}
      className="btn btn-small btn-accent max-w-full break-words"
      title={contact ? undefined : 'No contact with the console'}
    >
      <Icon name="switchover" />
      Rejoin {server.name}
    </Link>
  );
}
