import type { GtidList } from '../mariadb/gtid.ts';

/** A stretch of time in which a value was read: it held at some instant in between. Milliseconds of the console's clock. */
export interface ReadingTime {
  readonly startedAt: number;
  readonly at: number;
}

/** How far a position lies behind the primary, in seconds. */
export interface Lag {
  /** The truth is never less: age of the oldest remembered position that is not reached. 0: the newest one is reached. */
  readonly atLeastSeconds: number;
  /** The truth is never more; null where the history begins after the position that is looked for. */
  readonly atMostSeconds: number | null;
}

/** The primary was seen at this sequence of one domain. A list of them rises in sequence and in time. */
export interface Entry {
  readonly server: number;
  readonly sequence: bigint;
  /** End of the first reading that saw it: from here on the primary had at least this sequence. */
  readonly seenAt: number;
  /** Start of the last reading that saw it: until here the primary had no more than it. */
  heldUntil: number;
}

/**
 * Old entries may lie this part of their age apart. So a lag of any length is told with an error of at most 2 % beside the
 * poll interval, and memory grows with the logarithm of time: at one reading a second less than 900 entries for a week,
 * where all of them would be 600 000.
 */
const relativeGap = 0.02;

/** How far a sequence is behind the entries. */
export function lagOf(entries: readonly Entry[], reached: bigint, time: ReadingTime): Lag {
  const next = firstAbove(entries, reached);
  const unreached = entries[next];
  const before = entries[next - 1];
  return {
    // A position that the primary reached after this reading says nothing about it: not below 0.
    atLeastSeconds: unreached ? Math.max(0, time.startedAt - unreached.seenAt) / 1000 : 0,
    atMostSeconds: before ? Math.max(0, time.at - before.heldUntil) / 1000 : null,
  };
}

/** Index of the first entry with a higher sequence; the length where there is none. */
function firstAbove(entries: readonly Entry[], sequence: bigint): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry && entry.sequence > sequence) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A failover can lose transactions, and the new primary gives their sequences to others: those never were on its line. */
export function forgetLost(entries: Entry[], domain: number, state: GtidList, newest: bigint): void {
  for (let last = entries.at(-1); last; last = entries.at(-1)) {
    const { server, sequence } = last;
    const held = state.some((gtid) => gtid.domain === domain && gtid.server === server && gtid.sequence >= sequence);
    if (held && sequence <= newest) return;
    entries.pop();
  }
}

/** Leaves an entry out where its neighbours are close enough for their age. What remains is still true: the bounds only widen. */
export function thinnedOut(entries: readonly Entry[], now: number): Entry[] {
  const kept: Entry[] = [];
  entries.forEach((entry, index) => {
    const before = kept.at(-1);
    const after = entries[index + 1];
    const spare = before && after && after.seenAt - before.seenAt <= relativeGap * (now - after.seenAt);
    if (!spare) kept.push(entry);
  });
  return kept;
}
