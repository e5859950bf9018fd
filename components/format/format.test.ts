import { describe, expect, test } from 'vitest';
import { calmDuration, duration, elapsed, until } from './duration.ts';
import { digitGroups, gtidParts } from './gtid.ts';
import { shortLocal, shortUtc, utc } from './instant.ts';
import { bytes, count, counted, rate } from './number.ts';

describe('durations', () => {
  test.each([
    [-2, '0.0 s'],
    [0.04, '0.0 s'],
    [0.44, '0.4 s'],
    [9.94, '9.9 s'],
    [9.97, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [252, '4 min 12 s'],
    [41 * 60 + 20, '41 min'],
    [6 * 3600 + 5 * 60, '6 h 5 min'],
    [26 * 3600, '26 h'],
    [3 * 86400 + 7000, '3 d'],
  ])('%d s reads "%s"', (seconds, text) => expect(duration(seconds)).toBe(text));

  test('an age that ticks beside a row has no decimals that jitter', () => {
    expect([0.3, 1.9, 9.2, 42.4, 166, 7300, 200_000].map(calmDuration)).toEqual([
      '<1 s',
      '1 s',
      '9 s',
      '42 s',
      '2 min',
      '2 h',
      '2 d',
    ]);
  });
  test('a step of milliseconds is told in milliseconds', () => {
    expect([2.2, 41, 120, 1234].map(elapsed)).toEqual(['2 ms', '41 ms', '0.1 s', '1.2 s']);
  });
  test('what is due is now', () => expect([until(-1), until(90)]).toEqual(['now', 'in 1 min 30 s']));
});

describe('numbers', () => {
  test('are grouped without changing how they read', () => {
    expect(count(11730).replace('\u202f', ' ')).toBe('11 730');
    expect(counted(1, 'transaction')).toBe('1 transaction');
    expect(counted(0, 'transaction')).toBe('0 transactions');
  });
  test('bytes are decimal, with three digits at most', () => {
    expect([0, 812, 999, 1000, 4_120_000_000, 999_960].map(bytes)).toEqual([
      '0 B',
      '812 B',
      '999 B',
      '1.0 kB',
      '4.1 GB',
      '1.0 MB',
    ]);
  });
  test('a rate keeps a decimal only where it says something', () => {
    expect([0, 0.24, 4.26, 812.4].map(rate)).toEqual(['0', '0.2', '4.3', '812']);
  });
});

describe('instants', () => {
  const now = new Date('2026-11-20T18:00:00Z');
  test('are written down in UTC to the second', () =>
    expect(utc('2026-11-20T12:03:11.482Z')).toBe('2026-11-20 12:03:11 UTC'));
  test('what is no instant is shown as it is', () => expect(utc('soon')).toBe('soon'));
  test('of today have no date, of another day have', () => {
    expect(shortUtc('2026-11-20T12:03:11Z', now)).toBe('12:03 UTC');
    expect(shortUtc('2026-11-19T12:03:11Z', now)).toBe('19 Nov, 12:03 UTC');
  });
  test("in the reader's zone name that zone, and the year when it is another", () => {
    expect(shortLocal('2026-11-20T12:03:11Z', now, 'UTC')).toBe('12:03 UTC');
    expect(shortLocal('2026-11-19T23:30:00Z', now, 'Asia/Tokyo')).toMatch(/^08:30 GMT\+9$|^20 Nov, 08:30/);
    expect(shortLocal('2025-11-19T12:03:11Z', now, 'UTC')).toBe('19 Nov 2025, 12:03 UTC');
  });
});

describe('positions', () => {
  test('are split into source and sequence, in any number of domains', () => {
    expect(gtidParts('0-1-48211,1-2-7')).toEqual([
      { source: '0-1', sequence: '48211' },
      { source: '1-2', sequence: '7' },
    ]);
    expect(gtidParts('')).toEqual([]);
  });
  test('digits are grouped from the right', () => {
    expect(digitGroups('48211')).toEqual(['48', '211']);
    expect(digitGroups('730')).toEqual(['730']);
    expect(digitGroups('7')).toEqual(['7']);
  });
});
