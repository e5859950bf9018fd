'use client';

import { useState } from 'react';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import type { TakeoverPlan } from '../../server/contract/takeover.ts';
import { useClock, useCluster } from '../live/use-live.ts';
import { drift } from './drift.ts';

export interface Outdated {
  changes: readonly string[];
  /** The operation that runs on the cluster now. */
  operationId: string | null;
}

/**
 * What makes a shown plan worthless: reality moved, an operation runs, or its time is over. Once outdated it stays so,
 * also when reality moves back: only a new review takes that away. Null while the plan holds.
 */
export function useOutdated(plan: TakeoverPlan, seen: ClusterSnapshot | null): Outdated | null {
  const now = useCluster(plan.cluster);
  const expired = useClock((nowMs) => nowMs > Date.parse(plan.expiresAt));
  const [outdated, setOutdated] = useState<Outdated | null>(null);
  const changes = seen === null || now === null ? [] : drift(seen, now, plan.target);
  const operationId = now?.operationId ?? null;
  const found = changes.length > 0 || operationId !== null || expired;
  // Set while rendering, so that the button is never drawn open for a plan that is over.
  if (found && outdated === null) {
    setOutdated({ changes: [...changes, ...(expired ? ['The plan has expired.'] : [])], operationId });
  }
  return outdated;
}
