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
  const [round, setRound] = useState(0);
  const question = JSON.stringify([cluster, target, kind, round]);
  const [answered, setAnswered] = useState<{ question: string; state: PlanState } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async () => {
      const answer = await planTakeover(cluster, { target, ...(kind === null ? {} : { kind }) }, stop.signal);
      if (stop.signal.aborted) return;
      const seen = store.state().clusters.find((one) => one.name === cluster) ?? null;
      const state: PlanState =
        answer.kind === 'ok' ? { kind: 'ready', plan: answer.value, seen } : { kind: 'refused', refusal: answer };
      setAnswered({ question, state });
    };
    void ask();
    return () => stop.abort();
  }, [store, cluster, target, kind, question]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { state: answered?.question === question ? answered.state : { kind: 'planning' }, again };
}
