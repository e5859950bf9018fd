import { describe, expect, test } from 'vitest';
import { highest, joinTrend, pointsFor, trendFacts, trendPath } from './trend.ts';

describe('down-sampling a trend', () => {
  test('keeps the peak of each span', () => {
    const values = [
      [0, 1, 400],
      [400, 9, 500],
      [900, 2, 100],
      [1500, 3, 500],
    ] as const;
    expect(highest(values, 0, 1000, 2)).toEqual([9, 3]);
  });
  test('leaves a gap where nothing was known, and where it was known that there is no number', () => {
    const values = [
      [0, 1, 1000],
      [1500, null, 500],
      [2500, 0, 500],
    ] as const;
    expect(highest(values, 0, 1000, 3)).toEqual([1, null, 0]);
  });
  test('has no gaps where the history counts in longer buckets than are drawn', () => {
    const values = Array.from({ length: 10 }, (_, place) => [place * 6000, 1, 6000] as const);
    expect(highest(values, 0, 5000, 12)).not.toContain(null);
  });
  test('takes nothing from outside the window', () => {
    const values = [
      [-1000, 5, 1000],
      [3000, 7, 1000],
    ] as const;
    expect(highest(values, 0, 1000, 3)).toEqual([null, null, null]);
  });
});

test('no more points are asked for than there are looks', () => {
  expect(pointsFor(300_000, 60, 1)).toBe(60);
  expect(pointsFor(300_000, 300, 1)).toBe(200);
  expect(pointsFor(300_000, 60, 10)).toBe(20);
});

test('live values go on where history was read to', () => {
  const history = [
    [1, 1, 1],
    [2, 2, 1],
    [9, 9, 1],
  ] as const;
  const live = [
    [2, 20, 1],
    [3, 3, 1],
  ] as const;
  expect(joinTrend(history, live, 2).map(([at]) => at)).toEqual([1, 2, 3]);
});

describe('the path of a trend', () => {
  test('is broken at a gap, and the gap runs along the base', () => {
    const { line, gaps } = trendPath([0, null, 1], 30, 12, 1);
    expect(line).toBe('M0 11H10M20 1H30');
    expect(gaps).toBe('M10 11H20');
  });
  test('has no gap where the last span has only begun', () => {
    expect(trendPath([1, null], 20, 12, 1).gaps).toBe('');
  });
  test('stays inside its box above the ceiling', () => {
    expect(trendPath([5], 10, 12, 1).line).toBe('M0 1H10');
  });
});

test('a trend that has ended says what it was last', () => {
  expect(trendFacts([1, 7, null, null], true)).toEqual({ highest: 7, last: 7, ended: true });
  expect(trendFacts([1, 7, null, 2], true)).toEqual({ highest: 7, last: 2, ended: false });
  expect(trendFacts([1, 7], false)).toEqual({ highest: 7, last: 7, ended: true });
  expect(trendFacts([null, null], true)).toEqual({ highest: null, last: null, ended: false });
});
