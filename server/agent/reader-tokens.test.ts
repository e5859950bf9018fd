import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from './fixtures.ts';
import { readsUntilLater } from './reader-tokens.ts';

let one: TestAgent;
beforeAll(async () => {
  one = await startTestAgent();
});
afterAll(async () => await one.remove());

const get = async (path: string, token: string): Promise<number> =>
  (await fetch(`${one.agent.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

test('a token for a new replica reads backups, nothing else, and until its time is over', async () => {
  const { token, expiresAt } = await one.client.readerToken(2);
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(7_100_000);
  expect(await get('/backups/index.json', token)).toBe(200);
  expect(await get('/v1/status', token)).toBe(403);
  const key = createHash('sha256').update('console-token-0123456789').digest();
  expect(readsUntilLater(token, key, new Date())).toBe(true);
  expect(readsUntilLater(token, key, new Date(Date.parse(expiresAt)))).toBe(false);
});

test('a token that was changed, or made with another key, is none', async () => {
  const { token } = await one.client.readerToken(1);
  const [until = '', ...rest] = token.split('.');
  expect(await get('/backups/index.json', [String(Number(until) + 3600), ...rest].join('.'))).toBe(401);
  expect(await get('/backups/index.json', `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`)).toBe(401);
  expect(await get('/backups/index.json', `0001.${'a'.repeat(16)}.${'b'.repeat(64)}`)).toBe(401);
  expect(readsUntilLater(token, createHash('sha256').update('another').digest(), new Date())).toBe(false);
});
