import { afterEach, beforeEach, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { readHistory } from './history.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-history-'));
  store = await openStore(`sqlite://${join(folder, 'store.sqlite')}`);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const start = Date.parse('2026-03-01T12:00:00Z');
const query = (seconds: number, points: number): Parameters<typeof readHistory>[1] => ({
  cluster: 'erp5',
  server: 'db-2',
  metric: 'lag',
  from: new Date(start),
  to: new Date(start + seconds * 1000),
  points,
});

async function lagAt(...seconds: number[]): Promise<void> {
  await store.samples.append(
    seconds.map((second) => ({
      cluster: 'erp5',
      server: 'db-2',
      metric: 'lag' as const,
      at: start + second * 1000,
      value: second,
    })),
  );
}

test('buckets tell least, average and most; where nothing was observed they are null', async () => {
  await lagAt(0, 1, 2, 3, 8, 9);
  const history = await readHistory(store.samples, query(12, 7), 1);
  expect(history.bucketSeconds).toBe(2);
  expect(history.points.map(([, ...values]) => values)).toEqual([
    [0, 0.5, 1],
    [2, 2.5, 3],
    [null, null, null],
    [null, null, null],
    [8, 8.5, 9],
    [null, null, null],
  ]);
});

test('never more points than asked for, and a poll that lands late is no gap', async () => {
  await lagAt(...Array.from({ length: 600 }, (_, second) => second + (second % 2 ? 0.2 : -0.2) + 0.5));
  for (const points of [2, 7, 100, 299]) {
    const history = await readHistory(store.samples, query(600, points), 1);
    expect(history.points.length).toBeLessThanOrEqual(points);
    expect(history.points.filter(([, min]) => min === null)).toEqual([]);
  }
});

test('a server without samples has a history of gaps', async () => {
  const history = await readHistory(store.samples, query(10, 5), 1);
  expect(history.points).toHaveLength(4);
  expect(history.points.every(([, min, average, max]) => min === null && average === null && max === null)).toBe(true);
});
