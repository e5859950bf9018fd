'use client';

import Link from 'next/link';
import type { Operation } from '../../server/contract/operation.ts';
import { elapsed } from '../format/duration.ts';
import { useLive } from '../live/use-live.ts';
import { operationPath } from '../ui/paths.ts';
import { Instant } from '../ui/time.tsx';
import { Standing } from './standing.tsx';
import { useReadAgain } from './use-read-again.ts';

/** One line at the foot of the front page: what was done last, by whom, with which result. */
export function LastOperation({ first }: { first: Operation | null }) {
  const changed = useLive((state) => state.operations);
  const newest = [...(first === null ? [] : [changed[first.id] ?? first]), ...Object.values(changed)]
    .toSorted((one, other) => one.startedAt.localeCompare(other.startedAt))
    .at(-1);
  useReadAgain(newest === undefined ? [] : [newest]);
  return (
    <section aria-labelledby="last-heading" className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-3">
      <h2 id="last-heading" className="text-base font-normal text-faint">
        Last:
      </h2>
      {newest === undefined ? (
        <p className="flex-1 text-soft">no operation yet.</p>
      ) : (
        <p className="min-w-0 grow basis-72">
          <Link href={operationPath(newest.id)} prefetch={false} className="link">
            {newest.title}
          </Link>{' '}
          by {newest.actor}, <Instant at={newest.startedAt} /> · <Standing operation={newest} />
          {newest.writeOutageMs !== null && (
            <span className="text-soft"> · writes stopped for {elapsed(newest.writeOutageMs)}</span>
          )}
        </p>
      )}
      <Link href="/operations" prefetch={false} className="target link font-medium">
        Operations ›
      </Link>
    </section>
  );
}
