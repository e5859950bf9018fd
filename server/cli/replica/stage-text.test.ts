import { expect, test } from 'vitest';
import { Rate, receivingLine } from './stage-text.ts';

test('the rate is that of the last seconds, and says nothing before it can', () => {
  const rate = new Rate();
  expect(rate.at(100, 0)).toBeNull();
  expect(rate.at(100.2, 5_000_000)).toBeNull();
  expect(rate.at(101, 10_000_000)).toBe(10_000_000);
  expect(rate.at(110.5, 12_000_000)).toBeCloseTo(2_000_000 / 9.5);
});

test.each([
  [300e6, 1.1e9, 80e6, '300.0 MB of 1.1 GB, 80.0 MB/s, 10 s left'],
  [300e6, null, 80e6, '300.0 MB, 80.0 MB/s'],
  [0, 1.1e9, null, '0 B of 1.1 GB'],
  [300e6, 1.1e9, 0, '300.0 MB of 1.1 GB, 0 B/s'],
])('%d of %s at %s a second is shown as %s', (got, total, rate, line) => {
  expect(receivingLine(got, total, rate)).toBe(line);
});
