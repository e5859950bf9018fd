'use client';

import Link from 'next/link';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { useLive } from '../live/use-live.ts';
import { StepMark } from '../operation/step-mark.tsx';
import { operationPath } from '../ui/paths.ts';

/** While something is being done to a cluster, its page and the front page say so, and lead there. */
export function RunningOperation({ cluster }: { cluster: ClusterSnapshot }) {
  const id = cluster.operationId;
  const operation = useLive((state) => (id === null ? null : (state.operations[id] ?? null)));
  if (id === null) return null;
  return (
    <p className="mb-2 flex items-baseline gap-x-3 border-y border-line py-2">
      <StepMark state="running" className="translate-y-px" />
      <span className="min-w-0">
        {operation === null ? `An operation on ${cluster.name}` : operation.title} is running
        {operation?.summary ? <span className="text-soft">: {operation.summary}</span> : '.'}
      </span>
      <Link href={operationPath(id)} prefetch={false} className="target link ml-auto whitespace-nowrap font-medium">
        Watch ›
      </Link>
    </p>
  );
}
