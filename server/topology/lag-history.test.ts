import { array, assert, float, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gtidList, type GtidList } from '../mariadb/gtid.ts';
import { LagHistory } from './lag-history.ts';
import type { ReadingTime } from './position-entries.ts';

const at = (seconds: number): ReadingTime => ({ startedAt: seconds * 1000, at: seconds * 1000 });
function historyOf(...readings: [seconds: number, position: string][]): LagHistory {
  const history = new LagHistory();
  for (const [seconds, position] of readings) history.record(gtidList(position), gtidList(position), at(seconds));
  return history;
}

describe('the age of the oldest position that a replica has not reached', () => {
  const history = historyOf([10, '0-1-5'], [11, '0-1-8'], [12, '0-1-8'], [13, '0-1-20']);
  test.each([
    ['the newest position is reached', '0-1-20', 14, 0, 1],
    ['the newest but one is reached', '0-1-8', 14, 1, 2],
    ['a position in between counts as the one before', '0-1-12', 14, 1, 2],
    ['an older position', '0-1-7', 14, 3, 4],
    ['nothing at all: at least since the history began', '', 14, 4, null],
    ['a replica ahead of the primary (errant) is not behind', '0-2-25', 14, 0, 1],
    ['a reading older than the newest positions is not held against them', '0-1-8', 12.5, 0, 0.5],
  ])('%s', (_, applied, seconds, atLeastSeconds, atMostSeconds) => {
    expect(history.lag(gtidList(applied), at(seconds))).toEqual({ atLeastSeconds, atMostSeconds });
  });

  test('without any reading of a primary there is no lag to tell', () => {
    expect(new LagHistory().lag(gtidList('0-1-1'), at(1))).toBeNull();
    expect(historyOf([1, '']).lag([], at(2))).toBeNull();
  });

  test('the worst domain counts, and a domain that the replica filters out does not', () => {
    const two = historyOf([10, '0-1-5,1-1-5'], [20, '0-1-6,1-1-9']);
    expect(two.lag(gtidList('0-1-6,1-1-5'), at(25))?.atLeastSeconds).toBe(5);
    expect(two.lag(gtidList('0-1-6,1-1-5'), at(25), [1])?.atLeastSeconds).toBe(0);
    expect(two.lag(gtidList('0-1-6'), at(25))?.atLeastSeconds).toBe(15);
  });
});

describe('a change of the primary', () => {
  test('goes on with the history where the new primary has all of it', () => {
    const history = historyOf([10, '0-1-5'], [11, '0-1-8']);
    history.record(gtidList('0-2-9'), gtidList('0-1-8,0-2-9'), at(12));
    expect(history.lag(gtidList('0-1-5'), at(20))?.atLeastSeconds).toBe(9);
  });

  test('forgets the transactions that a failover lost, also where the new primary has given their numbers anew', () => {
    const history = historyOf([10, '0-1-5'], [11, '0-1-8']);
    // The new primary had received 6, and has written 7 to 9 itself.
    history.record(gtidList('0-2-9'), gtidList('0-1-6,0-2-9'), at(20));
    expect(history.lag(gtidList('0-1-6'), at(22))?.atLeastSeconds).toBe(2);
  });

  test('a primary whose position went back (restored, RESET MASTER) does not leave replicas behind a position that is gone', () => {
    const history = historyOf([10, '0-1-500'], [11, '0-1-3']);
    expect(history.lag(gtidList('0-1-3'), at(20))?.atLeastSeconds).toBe(0);
  });
});

test('a console that starts again knows the lag from before', () => {
  const text = JSON.stringify(historyOf([10, '0-1-5'], [11, '0-1-8']));
  const history = LagHistory.from(JSON.parse(text), 60_000);
  history.record(gtidList('0-1-30'), gtidList('0-1-30'), at(60));
  expect(history.lag(gtidList('0-1-5'), at(61))).toEqual({ atLeastSeconds: 50, atMostSeconds: 51 });
});

test('a clock that was set back leaves the entries in order', () => {
  const history = historyOf([100, '0-1-5'], [50, '0-1-8'], [51, '0-1-9']);
  expect(history.lag(gtidList('0-1-5'), at(101))?.atLeastSeconds).toBe(1);
});

test('a week at one reading a second is remembered in some hundred entries, 2 % exact', () => {
  const history = new LagHistory();
  const week = 7 * 86_400;
  for (let second = 1; second <= week; second += 1) {
    const position: GtidList = [{ domain: 0, server: 1, sequence: BigInt(second) }];
    history.record(position, position, at(second));
  }
  expect(history.size).toBeLessThan(900);
  for (const lag of [1, 5, 49, 60, 600, 3600, 86_400, week - 10]) {
    const found = history.lag([{ domain: 0, server: 1, sequence: BigInt(week - lag) }], at(week))?.atLeastSeconds ?? -1;
    expect(found).toBeLessThanOrEqual(lag);
    expect(found).toBeGreaterThanOrEqual((lag - 1) * 0.98 - 0.001);
  }
});

describe('against a simulated primary and replica, whose true lag is known', () => {
  const commitGaps = array(integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 200 });
  const scenario = record({
    commitGaps,
    /** For each transaction, how long after the one before or its own commit it is applied. */
    applyDelays: array(integer({ min: 0, max: 20_000 }), { minLength: 200, maxLength: 200 }),
    pollMs: integer({ min: 100, max: 3000 }),
    readMs: integer({ min: 0, max: 500 }),
    where: float({ min: 0, max: 1, noNaN: true }),
    /** From here on the primary can't be read. */
    silentFrom: integer({ min: 5_000, max: 400_000 }),
  });

  test('the truth lies between the bounds at every reading, and they are a poll and its reading time apart while the primary answers', () => {
    assert(
      property(scenario, ({ commitGaps: gaps, applyDelays, pollMs, readMs, where, silentFrom }) => {
        const commits = accumulate(gaps, 1000);
        let free = 0;
        const applies = commits.map((commit, index) => (free = Math.max(free, commit) + (applyDelays[index] ?? 0)));
        const history = new LagHistory();
        const end = Math.max(...applies) + 5000;
        for (let start = 0; start < end; start += pollMs) {
          const time = { startedAt: start, at: start + readMs };
          const instant = start + readMs * where;
          if (start < silentFrom) {
            const position = sequence(countUntil(commits, instant) + 1);
            history.record(position, position, time);
          }
          // The replica is read at another time, half a poll later.
          const replicaTime = { startedAt: start + pollMs / 2, at: start + pollMs / 2 + readMs };
          const replicaInstant = replicaTime.startedAt + readMs * where;
          const applied = countUntil(applies, replicaInstant);
          const oldest = commits[applied];
          const truth = oldest === undefined || oldest > replicaInstant ? 0 : (replicaInstant - oldest) / 1000;
          const lag = history.lag(sequence(applied + 1), replicaTime);
          if (!lag) throw new Error('there was a reading');
          expect(lag.atLeastSeconds).toBeLessThanOrEqual(truth + 1e-6);
          expect(lag.atMostSeconds ?? Infinity).toBeGreaterThanOrEqual(truth - 1e-6);
          const exact = start < silentFrom && lag.atMostSeconds !== null && history.size < 50;
          const width = exact ? (lag.atMostSeconds ?? 0) - lag.atLeastSeconds : 0;
          expect(width).toBeLessThanOrEqual((1.5 * pollMs + 3 * readMs) / 1000 + 1e-6);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function sequence(number: number): GtidList {
  return [{ domain: 0, server: 1, sequence: BigInt(number) }];
}

function accumulate(gaps: readonly number[], start: number): number[] {
  let now = start;
  return gaps.map((gap) => (now += gap));
}

/** How many of the rising instants are not after the given one. */
function countUntil(instants: readonly number[], instant: number): number {
  return instants.filter((one) => one <= instant).length;
}
