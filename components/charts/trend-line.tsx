'use client';

import type { Metric } from '../../server/contract/history.ts';
import { duration } from '../format/duration.ts';
import { rate } from '../format/number.ts';
import { useClock } from '../live/use-live.ts';
import { highest, trendFacts, trendPath, type TrendFacts } from './trend.ts';
import { useTrend } from './use-trend.ts';

const windowMs = 300_000;
const spans = 60;
const spanMs = windowMs / spans;
const [width, height] = [160, 24];

/** Below this a lag is drawn low, so that a tenth of a second does not look like a mountain. */
const lagCeilingSeconds = 1;

/** The last five minutes beside a server, and the one number that gives them their scale. */
export function Trend({
  cluster,
  server,
  metric,
  pollSeconds,
  known,
}: {
  cluster: string;
  server: string;
  metric: Extract<Metric, 'lag' | 'writes'>;
  pollSeconds: number;
  /** Is there a value now? A row that says "not replicating" has no lag beside it, however short that is so. */
  known: boolean;
}) {
  const values = useTrend({ cluster, server, metric, windowMs, pollSeconds });
  // The window moves by whole spans, so that what is drawn does not shimmer.
  const toMs = useClock((nowMs) => Math.ceil(nowMs / spanMs) * spanMs);
  const drawn = highest(values, toMs - windowMs, spanMs, spans);
  const facts = trendFacts(drawn, known);
  const ceiling = Math.max(metric === 'lag' ? lagCeilingSeconds : 1, (facts.highest ?? 0) * 1.05);
  const path = trendPath(drawn, width, height, ceiling);
  return (
    <span className="flex min-w-0 items-center gap-3">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={trendText(server, metric, facts)}
        preserveAspectRatio="none"
        className="h-6 w-40 min-w-16 text-soft"
      >
        <path
          d={path.gaps}
          stroke="currentColor"
          strokeWidth="1"
          strokeDasharray="1 3"
          vectorEffect="non-scaling-stroke"
          className="text-off"
        />
        <path
          d={path.line}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.25"
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <span className="whitespace-nowrap text-sm text-soft">{noteText(metric, facts)}</span>
    </span>
  );
}

/** "up to 0.8 s", or "was 4.0 s" where there is no lag any more because it does not replicate. */
function noteText(metric: 'lag' | 'writes', { highest: most, last, ended }: TrendFacts): string {
  if (most === null || last === null) return '';
  if (metric === 'writes') return ended ? '' : `${rate(last)} writes/s`;
  return ended ? `was ${duration(last)}` : `up to ${duration(most)}`;
}

function trendText(server: string, metric: 'lag' | 'writes', facts: TrendFacts): string {
  const what = metric === 'lag' ? 'Lag' : 'Writes';
  if (facts.highest === null || facts.last === null) return `${what} of ${server}: nothing known of the last 5 minutes`;
  const tell = (value: number): string => (metric === 'lag' ? duration(value) : `${rate(value)} a second`);
  const end = facts.ended ? `last known ${tell(facts.last)}, nothing since` : `now ${tell(facts.last)}`;
  return `${what} of ${server} over the last 5 minutes: up to ${tell(facts.highest)}, ${end}`;
}
