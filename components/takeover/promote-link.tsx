'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import type { ServerSnapshot } from '../../server/contract/snapshot.ts';
import { useLive } from '../live/use-live.ts';
import { takeoverPath } from '../ui/paths.ts';
import { TakeoverMark } from './takeover-mark.tsx';
import { takeoverWords } from './wording.ts';

/** Opens the review of a takeover by this server: nothing happens before it is confirmed there. */
export function PromoteLink({ cluster, server }: { cluster: string; server: ServerSnapshot }) {
  const contact = useLive((state) => state.connection.kind !== 'lost');
  const kind = server.promotable.kind ?? 'switchover';
  const words = takeoverWords[kind];
  return (
    <Link
      href={takeoverPath(cluster, server.name)}
      prefetch={false}
      aria-disabled={contact ? undefined : true}
      className={clsx(
        'btn btn-small',
        // A long name breaks rather than the column.
        words.button(server.name).length > 24 ? 'max-w-full break-words' : 'whitespace-nowrap',
        kind === 'failover' ? 'text-critical' : 'btn-accent',
      )}
      title={contact ? undefined : 'No contact with the console'}
    >
      <TakeoverMark kind={kind} />
      {words.button(server.name)}
    </Link>
  );
}
