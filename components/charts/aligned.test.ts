import { describe, expect, test } from 'vitest';
import { align, scaleTop, seriesFacts } from './aligned.ts';

describe('series on common times', () => {
  test('break where a span is empty', () => {
    const series = [
      [0, 1, 1000],
      [2500, 3, 500],
    ] as const;
    expect(align([series], 0, 3000, 1000)).toEqual([
      [0, 1, 2],
      [1, null, 3],
    ]);
  });
  test('have as many values as times, whatever comes in', () => {
    const outside = [
      [-5000, 1, 1000],
      [99_000, 2, 1000],
    ] as const;
    const [times, ...rows] = align([[], outside], 0, 10_000, 1000);
    expect(rows.map((row) => row.length)).toEqual([times.length, times.length]);
  });
});

test('what a chart says in numbers', () => {
  expect(seriesFacts([1, null, 3, null])).toEqual({ last: 3, highest: 3, average: 2, unknown: 0.5 });
  expect(seriesFacts([1, 3, null, null])).toMatchObject({ last: null, highest: 3 });
  expect(seriesFacts([null])).toEqual({ last: null, highest: null, average: null, unknown: 1 });
});

describe('the scale of a lag', () => {
  const limits = { warnSeconds: 5, criticalSeconds: 60 };
  test('always has the warning line in sight', () => expect(scaleTop(0.2, limits)).toBeGreaterThan(5));
  test('has the critical line in sight when the lag comes near it', () => {
    expect(scaleTop(20, limits)).toBeGreaterThan(60);
    expect(scaleTop(80, limits)).toBeGreaterThan(80);
  });
  test('is not pressed flat by a critical line far above', () => expect(scaleTop(6, limits)).toBeLessThan(20));
  test('of anything else is its own highest', () => expect(scaleTop(800, null)).toBeCloseTo(880));
});
