import type { TimedValue } from './trend.ts';

/** What the chart draws: the times, then one row of values a series, all of one length. Seconds since the epoch. */
export type Aligned = [times: number[], ...series: (number | null)[][]];

/**
 * Several series on common times, spans of `bucketMs` that are all there: where a span of a series is empty its line
 * is broken. The highest value of a span stands for it.
 */
export function align(
  series: readonly (readonly TimedValue[])[],
  fromMs: number,
  toMs: number,
  bucketMs: number,
): Aligned {
  const first = Math.floor(fromMs / bucketMs);
  const count = Math.max(0, Math.ceil(toMs / bucketMs) - first);
  const times = Array.from({ length: count }, (_, place) => ((first + place) * bucketMs) / 1000);
  const rows = series.map((values) => {
    const row: (number | null)[] = Array.from({ length: count }, () => null);
    for (const [atMs, value] of values) {
      const place = Math.floor(atMs / bucketMs) - first;
      if (value === null || place < 0 || place >= count) continue;
      row[place] = Math.max(row[place] ?? value, value);
    }
    return row;
  });
  return [times, ...rows];
}

export interface SeriesFacts {
  last: number | null;
  highest: number | null;
  average: number | null;
  /** Part of the time without a number, 0 to 1. */
  unknown: number;
}

/** What a chart says, in numbers, for its table. */
export function seriesFacts(row: readonly (number | null)[]): SeriesFacts {
  const known = row.filter((value) => value !== null);
  if (known.length === 0) return { last: null, highest: null, average: null, unknown: 1 };
  return {
    last: row.at(-1) ?? row.at(-2) ?? null,
    highest: Math.max(...known),
    average: known.reduce((sum, value) => sum + value, 0) / known.length,
    unknown: 1 - known.length / row.length,
  };
}

/**
 * The top of the scale. A lag is seen against its limits: the warning line is always in sight, the critical one once
 * the lag has passed the warning.
 */
export function scaleTop(
  highest: number | null,
  limits: { warnSeconds: number; criticalSeconds: number } | null,
): number {
  const top = (highest ?? 0) * 1.1;
  if (limits === null) return Math.max(1, top);
  const reach = (highest ?? 0) > limits.warnSeconds ? limits.criticalSeconds : limits.warnSeconds;
  // A critical line far above would press the curve flat: then it waits until the lag is a fifth of it.
  const needed = reach > 5 * Math.max(limits.warnSeconds, highest ?? 0) ? limits.warnSeconds : reach;
  return Math.max(top, needed * 1.2);
}
