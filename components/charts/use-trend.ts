'use client';

import { useEffect, useState } from 'react';
import { getHistory } from '../../server/contract/client.ts';
import type { Metric } from '../../server/contract/history.ts';
import { sampleKey, samplesOf } from '../live/samples.ts';
import { useLiveContext } from '../live/live-provider.tsx';
import { useLive } from '../live/use-live.ts';
import { joinTrend, type TimedValue } from './trend.ts';

const none: readonly never[] = [];

/** The last five minutes of one metric: what the console remembers, then what comes in. Read again after a loss. */
export function useTrend(cluster: string, server: string, metric: Metric, windowMs: number): readonly TimedValue[] {
  const { store } = useLiveContext();
  const live = useLive((state) => state.connection.kind === 'live');
  const samples = useLive((state) => state.samples[sampleKey(cluster, server)] ?? none);
  const [history, setHistory] = useState<{ points: readonly TimedValue[]; toMs: number }>({ points: none, toMs: 0 });
  useEffect(() => {
    if (!live) return undefined;
    const stop = new AbortController();
    const read = async () => {
      const toMs = store.clock.now(performance.now());
      const asked = { server, metric, fromMs: toMs - windowMs, toMs, points: 60 };
      const answer = await getHistory(cluster, asked, stop.signal);
      if (answer.kind !== 'ok') return;
      setHistory({ points: answer.value.points.map(([at, , , high]): TimedValue => [at * 1000, high]), toMs });
    };
    void read();
    return () => stop.abort();
  }, [store, live, cluster, server, metric, windowMs]);
  return joinTrend(history.points, samplesOf(samples, metric), history.toMs);
}
