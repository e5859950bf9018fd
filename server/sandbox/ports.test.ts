import { expect, test } from 'vitest';
import { reservePort } from './ports.ts';

test('many reservations at once are all different, and outside the range of outgoing connections', async () => {
  const reserved = await Promise.all(Array.from({ length: 100 }, async () => await reservePort()));
  const ports = reserved.map(({ port }) => port);
  expect(new Set(ports).size).toBe(100);
  expect(Math.max(...ports)).toBeLessThan(32_768);
  for (const one of reserved) one.release();
});

test('a reserved port is not given twice, though nobody listens on it; released, it is', async () => {
  const first = await reservePort();
  const second = await reservePort(first.port);
  expect(second.port).not.toBe(first.port);
  first.release();
  const third = await reservePort(first.port);
  expect(third.port).toBe(first.port);
  second.release();
  third.release();
});
