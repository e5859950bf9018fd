/**
 * [milliseconds since the epoch, value, for how long it stands, milliseconds]; the value is null where something looked
 * and there was no number to tell. How long: a bucket of the history, or until the next look at the latest.
 */
export type TimedValue = readonly [number, number | null, number];

/**
 * The highest value that stands in each of `count` equal spans from `fromMs`; null where none does: a gap stays a gap.
 * Spans that are shorter than what a value stands for are no gaps.
 */
export function highest(
  values: readonly TimedValue[],
  fromMs: number,
  spanMs: number,
  count: number,
): (number | null)[] {
  const spans: (number | null)[] = Array.from({ length: count }, () => null);
  for (const [atMs, value, forMs] of values) {
    if (value === null) continue;
    const first = Math.floor((atMs - fromMs) / spanMs);
    const last = Math.max(first, Math.ceil((atMs + forMs - fromMs) / spanMs) - 1);
    for (let place = Math.max(0, first); place <= Math.min(count - 1, last); place += 1) {
      spans[place] = Math.max(spans[place] ?? value, value);
    }
  }
  return spans;
}

/** History up to where it was read, then what came live: one line without doubled points. */
export function joinTrend(
  history: readonly TimedValue[],
  live: readonly TimedValue[],
  historyToMs: number,
): TimedValue[] {
  return [...history.filter(([atMs]) => atMs <= historyToMs), ...live.filter(([atMs]) => atMs > historyToMs)];
}

/** A look now and then is late by a little: until then the one before still stands. */
export const standsMs = (pollSeconds: number): number => pollSeconds * 1500;

/** So many points that each holds a look at least; `most` where looks are frequent. */
export function pointsFor(rangeMs: number, most: number, pollSeconds: number): number {
  return Math.max(10, Math.min(most, Math.floor(rangeMs / standsMs(pollSeconds))));
}

export interface TrendPath {
  line: string;
  /** Where nothing is known, along the base. */
  gaps: string;
}

/** The spans as SVG paths in a box of `width` × `height`; `ceiling` is the value at its top. */
export function trendPath(
  spans: readonly (number | null)[],
  width: number,
  height: number,
  ceiling: number,
): TrendPath {
  const step = width / spans.length;
  const y = (value: number): number => height - 1 - Math.min(1, value / ceiling) * (height - 2);
  const base = height - 1;
  let line = '';
  let gaps = '';
  spans.forEach((value, place) => {
    const [from, to] = [place * step, (place + 1) * step];
    const before = place === 0 ? null : (spans[place - 1] ?? null);
    // The last span has only begun: that it is empty yet is no gap.
    if (value === null && place === spans.length - 1 && before !== null) return;
    if (value === null) gaps += `M${fixed(from)} ${fixed(base)}H${fixed(to)}`;
    else if (before === null) line += `M${fixed(from)} ${fixed(y(value))}H${fixed(to)}`;
    else line += `L${fixed(from + step / 2)} ${fixed(y(value))}H${fixed(to)}`;
  });
  return { line, gaps };
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10);

export interface TrendFacts {
  highest: number | null;
  /** The last that was known. */
  last: number | null;
  /** True when nothing has been known since. */
  ended: boolean;
}

/** `hasValue`: there is a value at this moment; without one the trend has ended, though its last span is not over. */
export function trendFacts(spans: readonly (number | null)[], hasValue: boolean): TrendFacts {
  const known = spans.filter((value) => value !== null);
  const tail = spans.slice(-2);
  return {
    highest: known.length === 0 ? null : Math.max(...known),
    last: known.at(-1) ?? null,
    ended: known.length > 0 && (!hasValue || tail.every((value) => value === null)),
  };
}
