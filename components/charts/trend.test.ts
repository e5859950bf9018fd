import { describe, expect, test } from 'vitest';
import { highest, joinTrend, trendFacts, trendPath } from './trend.ts';

describe('down-sampling a trend', () => {
  test('keeps the peak of each span', () => {
    expect(
      highest(
        [
          [0, 1],
          [400, 9],
          [900, 2],
          [1500, 3],
        ],
        0,
        2000,
        2,
      ),
    ).toEqual([9, 3]);
  });
  test('leaves a gap where nothing was known, and where it was known that there is no number', () => {
    expect(
      highest(
        [
          [0, 1],
          [1500, null],
          [2500, 0],
        ],
        0,
        3000,
        3,
      ),
    ).toEqual([1, null, 0]);
  });
  test('takes nothing from outside the window', () => {
    expect(
      highest(
        [
          [-1, 5],
          [3000, 7],
        ],
        0,
        3000,
        3,
      ),
    ).toEqual([null, null, null]);
  });
});

test('live values go on where history was read to', () => {
  expect(
    joinTrend(
      [
        [1, 1],
        [2, 2],
        [9, 9],
      ],
      [
        [2, 20],
        [3, 3],
      ],
      2,
    ),
  ).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
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
  expect(trendFacts([1, 7, null, null])).toEqual({ highest: 7, last: 7, ended: true });
  expect(trendFacts([1, 7, null, 2])).toEqual({ highest: 7, last: 2, ended: false });
  expect(trendFacts([null, null])).toEqual({ highest: null, last: null, ended: false });
});
