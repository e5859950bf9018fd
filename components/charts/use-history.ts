'use client';

import { useEffect, useState } from 'react';
import { getHistory } from '../../server/contract/client.ts';
import type { Metric } from '../../server/contract/history.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { useLiveContext } from '../live/live-provider.tsx';
import { useLive } from '../live/use-live.ts';
import type { Range } from './ranges.ts';
import { pointsFor, type TimedValue } from './trend.ts';

export interface HistoryOf {
  /** One a server, in the order asked. */
  series: readonly (readonly TimedValue[])[];
  toMs: number;
  bucketMs: number;
}

export type HistoryState = { kind: 'loading' } | { kind: 'failed'; text: string } | { kind: 'ready'; value: HistoryOf };

/** The history of one metric of several servers, read again as the range asks, and after a loss of contact. */
export function useHistory(
  { name: cluster, pollSeconds }: Pick<ClusterSnapshot, 'name' | 'pollSeconds'>,
  servers: readonly string[],
  metric: Metric,
  range: Range,
): HistoryState {
  const { store } = useLiveContext();
  const live = useLive((state) => state.connection.kind === 'live');
  const question = JSON.stringify([cluster, metric, range.id, servers]);
  const [answered, setAnswered] = useState<{ question: string; state: HistoryState } | null>(null);
  const names = servers.join('\n');
  useEffect(() => {
    if (!live) return undefined;
    const stop = new AbortController();
    const read = async () => {
      const toMs = store.clock.now(performance.now());
      const points = pointsFor(range.ms, range.points, pollSeconds);
      const asked = { metric, fromMs: toMs - range.ms, toMs, points };
      const answers = await Promise.all(
        names.split('\n').map((server) => getHistory(cluster, { ...asked, server }, stop.signal)),
      );
      if (!stop.signal.aborted) setAnswered({ question, state: joined(answers, toMs) });
    };
    void read();
    const timer = range.everyMs === 0 ? undefined : setInterval(() => void read(), range.everyMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [store, live, cluster, names, metric, range, pollSeconds, question]);
  return answered?.question === question ? answered.state : { kind: 'loading' };
}

function joined(answers: Awaited<ReturnType<typeof getHistory>>[], toMs: number): HistoryState {
  const series: TimedValue[][] = [];
  let bucketMs = 1000;
  for (const answer of answers) {
    if (answer.kind !== 'ok') return { kind: 'failed', text: answer.message };
    const forMs = answer.value.bucketSeconds * 1000;
    bucketMs = Math.max(bucketMs, forMs);
    series.push(answer.value.points.map(([at, , , high]) => [at * 1000, high, forMs]));
  }
  return { kind: 'ready', value: { series, toMs, bucketMs } };
}
