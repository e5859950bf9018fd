'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { useLive, useSession } from '../live/use-live.ts';
import { StepMark } from '../operation/step-mark.tsx';
import { operationPath } from '../ui/paths.ts';

/** While something is being done to a cluster, its page and the front page say so, and lead there. */
export function RunningOperation({ cluster, className }: { cluster: ClusterSnapshot; className?: string }) {
  const { takeover } = useSession();
  const id = cluster.operationId;
  const operation = useLive((state) => (id === null ? null : (state.operations[id] ?? null)));
  if (id === null) return null;
  return (
    <p className={clsx('mb-2 flex items-baseline gap-x-3 border-y border-line py-2', className)}>
      <StepMark state="running" className="translate-y-px" />
      <span className="min-w-0">
        {operation === null ? `An operation on ${cluster.name}` : operation.title} is running
        {operation?.summary ? <span className="text-soft">: {operation.summary}</span> : '.'}
      </span>
      {/* A session for one takeover sees its own and no other. */}
      {(takeover === null || takeover.server === operation?.target) && (
        <Link href={operationPath(id)} prefetch={false} className="target link ml-auto whitespace-nowrap font-medium">
          Watch ›
        </Link>
      )}
    </p>
  );
}
