'use client';

import { useCallback, useEffect, useState } from 'react';
import { planTakeover, type Refusal } from '../../server/contract/client.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import type { TakeoverKind, TakeoverPlan } from '../../server/contract/takeover.ts';
import { useLiveContext } from '../live/live-provider.tsx';

export type PlanState =
  | { kind: 'planning' }
  | { kind: 'refused'; refusal: Refusal }
  /** `seen` is the cluster as it was when the plan came: what it is compared with from then on. */
  | { kind: 'ready'; plan: TakeoverPlan; seen: ClusterSnapshot | null };

/** Asks for a plan when the page opens, and again when asked to. The plan that is shown never changes by itself. */
export function usePlan(
  cluster: string,
  target: string,
  kind: TakeoverKind | null,
): { state: PlanState; again: () => void } {
  const { store } = useLiveContext();
  const [state, setState] = useState<PlanState>({ kind: 'planning' });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState({ kind: 'planning' });
    void planTakeover(cluster, { target, ...(kind === null ? {} : { kind }) }, stop.signal).then((answer) => {
      if (stop.signal.aborted) return;
      if (answer.kind !== 'ok') return setState({ kind: 'refused', refusal: answer });
      const seen = store.state().clusters.find((one) => one.name === cluster) ?? null;
      setState({ kind: 'ready', plan: answer.value, seen });
    });
    return () => stop.abort();
  }, [store, cluster, target, kind, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { state, again };
}
