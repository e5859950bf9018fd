import { expect, test } from 'vitest';
import { byteText, copyProgress } from './copy-progress.ts';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [999_499, '999 kB'],
  [999_600, '1.0 MB'],
  [1_160_000_000, '1.2 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(byteText(bytes)).toBe(text);
});

test('a copy says how much of how much, how fast and how long still; before it knows, it says less', () => {
  expect(copyProgress(0, 1e9, 5)).toBe('the first byte of the copy');
  expect(copyProgress(1e8, 1e9, 0.5)).toBe('100 MB of about 1.0 GB');
  expect(copyProgress(4e8, 1.2e9, 8)).toBe('400 MB of about 1.2 GB, 50.0 MB/s, about 16 s left');
  expect(copyProgress(2e9, 1e9, 10)).toBe('2.0 GB of about 2.0 GB, 200 MB/s');
});
