import { describe, expect, test } from 'vitest';
import { writableIntervals, writableOverlaps, type AcceptedProbe } from './writable-intervals.ts';

const accepted = (at: number, more: Partial<AcceptedProbe> = {}): AcceptedProbe => ({
  at,
  tookMs: 1,
  afterRefusal: false,
  ...more,
});

describe('a server counts as writable', () => {
  test.each([
    [
      'from the first to the last of a row of accepted probes',
      [accepted(0), accepted(5), accepted(10)],
      [{ from: 0, to: 10 }],
    ],
    [
      'not across a refusal',
      [accepted(0), accepted(5, { afterRefusal: true })],
      [
        { from: 0, to: 0 },
        { from: 5, to: 5 },
      ],
    ],
    [
      'not while a probe hung on a lock',
      [accepted(0), accepted(40, { tookMs: 60 })],
      [
        { from: 0, to: 0 },
        { from: 40, to: 40 },
      ],
    ],
    [
      'not while nobody asked',
      [accepted(0), accepted(200)],
      [
        { from: 0, to: 0 },
        { from: 200, to: 200 },
      ],
    ],
    ['never without a probe', [], []],
  ])('%s', (_, probes, intervals) => expect(writableIntervals(probes)).toEqual(intervals));
});

describe('two writable servers', () => {
  test('are told with both names and the time they have in common', () => {
    const intervals = new Map([
      ['db-1', [{ from: 0, to: 100 }]],
      ['db-2', [{ from: 90, to: 300 }]],
      ['db-3', [{ from: 310, to: 320 }]],
    ]);
    expect(writableOverlaps(intervals)).toEqual([{ servers: ['db-1', 'db-2'], from: 90, to: 100 }]);
  });

  test('are not seen where one closed before the other opened', () => {
    const intervals = new Map([
      [
        'db-1',
        [
          { from: 0, to: 100 },
          { from: 400, to: 500 },
        ],
      ],
      ['db-2', [{ from: 101, to: 399 }]],
    ]);
    expect(writableOverlaps(intervals)).toEqual([]);
  });
});
