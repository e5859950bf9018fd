'use client';

import { useState } from 'react';
import type { Metric } from '../../server/contract/history.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { duration } from '../format/duration.ts';
import { count, rate } from '../format/number.ts';
import { sampleKey, samplesOf } from '../live/samples.ts';
import { useClock, useLive } from '../live/use-live.ts';
import { Choice } from '../ui/choice.tsx';
import { Section } from '../ui/section.tsx';
import { align, scaleTop, type Aligned } from './aligned.ts';
import { ChartLegend } from './chart-legend.tsx';
import { ChartTable } from './chart-table.tsx';
import { PlotView } from './plot-view.tsx';
import { ranges, type Range } from './ranges.ts';
import { joinTrend, standsMs } from './trend.ts';
import { useHistory, type HistoryOf } from './use-history.ts';

const metrics = [
  { id: 'lag', text: 'Lag', tell: duration },
  { id: 'transactions-behind', text: 'Transactions behind', tell: count },
  { id: 'writes', text: 'Writes per second', tell: rate },
] as const;

type MetricChoice = (typeof metrics)[number];

/** How the servers of a cluster were, over minutes to a month. */
export function HistoryChart({ cluster }: { cluster: ClusterSnapshot }) {
  const [metric, setMetric] = useState<MetricChoice>(metrics[0]);
  const [range, setRange] = useState<Range>(ranges[0]);
  const servers = cluster.servers
    .filter((server) => metric.id === 'writes' || server.replication.length > 0)
    .map((server) => server.name);
  return (
    <Section
      id="history"
      title="History"
      aside={
        <div className="flex flex-wrap gap-x-6 gap-y-2">
          <Choice label="What is drawn" options={metrics} chosen={metric} choose={setMetric} />
          <Choice label="Span of time" options={ranges} chosen={range} choose={setRange} />
        </div>
      }
    >
      {servers.length === 0 ? (
        <p className="text-soft">No server of {cluster.name} is known to replicate: there is no lag to draw.</p>
      ) : (
        <Drawn cluster={cluster} servers={servers} metric={metric} range={range} />
      )}
    </Section>
  );
}

function Drawn({
  cluster,
  servers,
  metric,
  range,
}: {
  cluster: ClusterSnapshot;
  servers: string[];
  metric: MetricChoice;
  range: Range;
}) {
  const history = useHistory(cluster, servers, metric.id, range);
  const [place, setPlace] = useState<number | null>(null);
  const ready = history.kind === 'ready' ? history.value : null;
  const data = useAligned(cluster, servers, metric.id, range, ready);
  const rows = data.slice(1);
  const known = rows.flat().filter((value) => value !== null);
  const limits = metric.id === 'lag' ? cluster.lag : null;
  const top = scaleTop(known.length === 0 ? null : Math.max(...known), limits);
  if (history.kind === 'failed') return <p className="text-soft">The history could not be read: {history.text}</p>;
  return (
    <figure>
      <ChartLegend servers={servers} times={data[0]} rows={rows} place={place} tell={metric.tell} />
      <PlotView
        key={`${servers.join(' ')} ${metric.id}`}
        servers={servers}
        content={{ data, top, limits }}
        tell={metric.tell}
        point={setPlace}
      />
      <figcaption>
        <ChartTable
          title={`${metric.text}, ${range.words}`}
          note={`Each point is the highest of ${duration((ready?.bucketMs ?? 1000) / 1000)}; where nothing was known the line is broken.`}
          servers={servers}
          rows={rows}
          tell={metric.tell}
        />
      </figcaption>
    </figure>
  );
}

/** History, and for the shortest range what came live since, on common times. */
function useAligned(
  cluster: ClusterSnapshot,
  servers: readonly string[],
  metric: Metric,
  range: Range,
  history: HistoryOf | null,
): Aligned {
  const samples = useLive((state) => state.samples);
  const live = range.everyMs === 0;
  const nowMs = useClock((ms) => (live ? Math.ceil(ms / 1000) * 1000 : 0));
  const bucketMs = history?.bucketMs ?? range.ms / range.points;
  const toMs = live ? nowMs : (history?.toMs ?? 0);
  const series = servers.map((server, place) => {
    const past = history?.series[place] ?? [];
    if (!live) return past;
    return joinTrend(
      past,
      samplesOf(samples[sampleKey(cluster.name, server)] ?? [], metric, standsMs(cluster.pollSeconds)),
      history?.toMs ?? 0,
    );
  });
  return align(series, toMs - range.ms, toMs, bucketMs);
}
