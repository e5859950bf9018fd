'use client';

import type { Operation } from '../../server/contract/operation.ts';
import { useClusters } from '../live/use-live.ts';
import { LastOperation } from '../operation/last-operation.tsx';
import { ClusterBlock } from './cluster-block.tsx';
import { NothingConfigured } from './nothing-configured.tsx';
import { ProblemList } from './problem-list.tsx';

/** Problems first, then every cluster, then what was done last. */
export function FrontPage({ lastOperation }: { lastOperation: Operation | null }) {
  const clusters = useClusters();
  if (clusters.length === 0) return <NothingConfigured />;
  return (
    <>
      <ProblemList />
      {clusters.map((cluster) => (
        <ClusterBlock key={cluster.name} cluster={cluster} />
      ))}
      <LastOperation first={lastOperation} />
    </>
  );
}
