'use client';

import { useEffect, useState } from 'react';
import { getHistory } from '../../server/contract/client.ts';
import type { Metric } from '../../server/contract/history.ts';
import { sampleKey, samplesOf } from '../live/samples.ts';
import { useLiveContext } from '../live/live-provider.tsx';
import { useLive } from '../live/use-live.ts';
import { joinTrend, pointsFor, standsMs, type TimedValue } from './trend.ts';

const none: readonly never[] = [];
const mostPoints = 60;

export interface TrendOf {
  cluster: string;
  server: string;
  metric: Metric;
  windowMs: number;
  pollSeconds: number;
}

/** The last minutes of one metric: what the console remembers, then what comes in. Read again after a loss. */
export function useTrend({ cluster, server, metric, windowMs, pollSeconds }: TrendOf): readonly TimedValue[] {
  const { store } = useLiveContext();
  const live = useLive((state) => state.connection.kind === 'live');
  const samples = useLive((state) => state.samples[sampleKey(cluster, server)] ?? none);
  const [history, setHistory] = useState<{ points: readonly TimedValue[]; toMs: number }>({ points: none, toMs: 0 });
  useEffect(() => {
    if (!live) return undefined;
    const stop = new AbortController();
    const read = async () => {
      const toMs = store.clock.now(performance.now());
      const points = pointsFor(windowMs, mostPoints, pollSeconds);
      const answer = await getHistory(cluster, { server, metric, fromMs: toMs - windowMs, toMs, points }, stop.signal);
      if (answer.kind !== 'ok') return;
      const forMs = answer.value.bucketSeconds * 1000;
      setHistory({ points: answer.value.points.map(([at, , , high]): TimedValue => [at * 1000, high, forMs]), toMs });
    };
    void read();
    return () => stop.abort();
  }, [store, live, cluster, server, metric, windowMs, pollSeconds]);
  return joinTrend(history.points, samplesOf(samples, metric, standsMs(pollSeconds)), history.toMs);
}
