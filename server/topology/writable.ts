import type { UpObservation } from './observation.ts';
import type { ReadingTime } from './position-entries.ts';
import { connectionsOf } from './sources.ts';

/** An unbroken run of looks at which a server took writes and replicated from nobody. */
export interface WritableRun {
  /** End of the first look of the run. */
  readonly from: number;
  readonly last: ReadingTime;
}

/** The run after one more look; null where the server does not take writes or replicates. */
export function writableRun(before: WritableRun | null, { facts, at, roundTripMs }: UpObservation): WritableRun | null {
  if (facts.readOnly || connectionsOf(facts).length > 0) return null;
  return { from: before?.from ?? at, last: { startedAt: at - roundTripMs, at } };
}

/**
 * Whether both took writes at the same time, for certain: the last look at one lies between two looks at the other. In a
 * switchover a look from before the freeze and one from after the opening stand side by side, and prove nothing.
 */
export function concurrent(a: WritableRun, b: WritableRun): boolean {
  const spans = (one: WritableRun, other: WritableRun): boolean =>
    one.from <= other.last.startedAt && other.last.at <= one.last.startedAt;
  return spans(a, b) || spans(b, a) || Math.max(a.from, b.from) <= Math.min(a.last.startedAt, b.last.startedAt);
}
