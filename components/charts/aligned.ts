import { highest, type TimedValue } from './trend.ts';

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
  return [times, ...series.map((values) => highest(values, first * bucketMs, bucketMs, count))];
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
 * the lag is past the warning and a fifth of the critical; drawn earlier, it would press the curve flat.
 */
export function scaleTop(peak: number | null, limits: { warnSeconds: number; criticalSeconds: number } | null): number {
  const most = peak ?? 0;
  if (limits === null) return Math.max(1, most * 1.1);
  const nearCritical = most > limits.warnSeconds && most > limits.criticalSeconds / 5;
  return Math.max(most * 1.1, (nearCritical ? limits.criticalSeconds : limits.warnSeconds) * 1.2);
}
