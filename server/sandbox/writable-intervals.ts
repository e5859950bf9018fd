/** One accepted probe. All times in milliseconds of one clock. */
export interface AcceptedProbe {
  /** When the server executed it, by the server's clock. */
  readonly at: number;
  /** How long the answer took: a probe that hung on a lock says nothing about the time before it. */
  readonly tookMs: number;
  /** Whether a probe of this server was refused, or got no answer, since the accepted one before. */
  readonly afterRefusal: boolean;
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

export interface Overlap extends Interval {
  readonly servers: readonly [string, string];
}

/** Between two accepted probes further apart than this, or slower, the server may have been closed: not counted as open. */
const JOIN_MS = 50;

/**
 * The times during which one server surely accepted writes: from an accepted probe to the next one, where nothing in
 * between says otherwise. A lone accepted probe is an interval of length 0.
 */
export function writableIntervals(probes: readonly AcceptedProbe[]): Interval[] {
  const intervals: { from: number; to: number }[] = [];
  for (const { at, tookMs, afterRefusal } of probes) {
    const last = intervals.at(-1);
    if (last && !afterRefusal && tookMs < JOIN_MS && at - last.to < JOIN_MS) last.to = at;
    else intervals.push({ from: at, to: at });
  }
  return intervals;
}

/**
 * Where two servers accepted writes at the same time: the intervals of both have an instant in common. An
 * overlap shorter than the probe's pace can go unseen.
 */
export function writableOverlaps(byServer: ReadonlyMap<string, readonly Interval[]>): Overlap[] {
  const entries = [...byServer];
  return entries.flatMap(([name, own], index) =>
    entries.slice(index + 1).flatMap(([otherName, others]) =>
      own.flatMap((a) =>
        others.flatMap((b) => {
          const from = Math.max(a.from, b.from);
          const to = Math.min(a.to, b.to);
          return from <= to ? [{ servers: [name, otherName] as const, from, to }] : [];
        }),
      ),
    ),
  );
}
