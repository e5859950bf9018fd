import { expect, test } from 'vitest';
import { age, bytes, seconds } from './quantity.ts';
import { table } from './table.ts';

test('digits of a column of numbers stand below each other, and an empty column is left out', () => {
  const rows = [
    { name: 'db-1', lag: '0.3 s', note: '' },
    { name: 'db-20', lag: '12 min 5 s', note: '' },
  ];
  expect(
    table(
      [
        { title: 'SERVER', cell: (row) => row.name },
        { title: 'NOTE', cell: (row) => row.note },
        { title: 'LAG', align: 'right', cell: (row) => row.lag },
      ],
      rows,
    ),
  ).toEqual(['SERVER         LAG', 'db-1         0.3 s', 'db-20   12 min 5 s']);
});

test.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [59, '59 s'],
  [61, '1 min 1 s'],
  [3600, '1 h 0 min'],
  [100_000, '1 d 3 h'],
])('%d seconds are "%s"', (value, text) => {
  expect(seconds(value)).toBe(text);
});

test('an instant of a clock ahead of ours is 0 s old, never negative', () => {
  expect(age('2026-01-01T00:00:10Z', Date.parse('2026-01-01T00:00:00Z'))).toBe('0.0 s');
});

test.each([
  [999, '999 B'],
  [1000, '1.0 kB'],
  [38_200_000, '38.2 MB'],
])('%d bytes are "%s"', (value, text) => {
  expect(bytes(value)).toBe(text);
});
