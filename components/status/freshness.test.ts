import { expect, test } from 'vitest';
import { aServer } from './example.ts';
import { freshness } from './freshness.ts';

const at = '2026-11-20T12:00:00.000Z';
const after = (seconds: number): number => Date.parse(at) + seconds * 1000;

test('values older than three polls are stale, also when the engine did not say so', () => {
  expect(freshness(aServer({ observedAt: at }), { pollSeconds: 1 }, after(2.9)).stale).toBe(false);
  expect(freshness(aServer({ observedAt: at }), { pollSeconds: 1 }, after(3.1))).toMatchObject({
    stale: true,
    ageSeconds: 3.1,
  });
  expect(freshness(aServer({ observedAt: at }), { pollSeconds: 10 }, after(29)).stale).toBe(false);
});

test('what the engine calls stale is stale', () => {
  expect(freshness(aServer({ state: 'stale', observedAt: at }), { pollSeconds: 1 }, after(0)).stale).toBe(true);
});

test('an unreachable server that is still being tried is not stale: it is known to be unreachable', () => {
  const dead = aServer({ state: 'unreachable', observedAt: at, attemptedAt: new Date(after(600)).toISOString() });
  expect(freshness(dead, { pollSeconds: 1 }, after(601))).toMatchObject({ stale: false, ageSeconds: 601 });
});

test('a server that was never seen has no age', () => {
  expect(freshness(aServer({ observedAt: null, attemptedAt: null }), { pollSeconds: 1 }, after(9))).toEqual({
    stale: false,
    seenAt: null,
    ageSeconds: null,
  });
});
