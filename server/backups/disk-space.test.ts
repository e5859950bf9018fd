import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { freeBytes, lackOfSpace } from './disk-space.ts';

test('a dump is begun only with room for the last one and a fifth', () => {
  expect(lackOfSpace(120, 100)).toBeNull();
  expect(lackOfSpace(119, 100)).toContain('119 bytes are free');
});

test('the first dump, and one on a disk that tells nothing, is begun', () => {
  expect(lackOfSpace(0, null)).toBeNull();
  expect(lackOfSpace(null, 100)).toBeNull();
});

test('free bytes are told where there is a directory', async () => {
  expect(await freeBytes(tmpdir())).toBeGreaterThan(0);
  expect(await freeBytes('/nonexistent')).toBeNull();
});
