import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from './sqlite-store.ts';
import type { Sample, SampleSeries, Store } from './store.ts';
import { eventLoopDuring } from './testing/event-loop.ts';

let directory = '';
let file = '';
let store: Store;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'baton-samples-'));
  file = join(directory, 'console.sqlite');
  store = await openSqliteStore(file);
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A whole minute. */
const start = Date.UTC(2026, 0, 5);

/** A sample each second of [from, to), with a value that its time decides. */
function seconds(from: number, to: number, valueAt: (at: number) => number, server = 'db-1'): Sample[] {
  return Array.from({ length: (to - from) / 1000 }, (_, n) => {
    const at = from + n * 1000;
    return { cluster: 'erp5', server, metric: 'lag', at, value: valueAt(at) };
  });
}

function series(from: number, to: number, bucketMs: number, server = 'db-1'): Promise<SampleSeries> {
  return store.samples.series({ cluster: 'erp5', server, metric: 'lag', from, to, bucketMs });
}

function rows(table: string): number {
  const database = new DatabaseSync(`${file}.samples`);
  const count = database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.['n'];
  database.close();
  return Number(count);
}

test('a series that was never written is empty', async () => {
  expect(await series(start, start + hour, 1000)).toEqual({ bucketMs: 1000, buckets: [] });
});

test('seconds come back in buckets with count, min, max and sum, so that a spike stays', async () => {
  await store.samples.append(seconds(start, start + 20_000, (at) => (at === start + 13_000 ? 99 : 1)));
  expect(await series(start, start + 20_000, 10_000)).toEqual({
    bucketMs: 10_000,
    buckets: [
      { at: start, count: 10, min: 1, max: 1, sum: 10 },
      { at: start + 10_000, count: 10, min: 1, max: 99, sum: 108 },
    ],
  });
});

test('a gap in observation is a bucket that is not there, not a zero', async () => {
  await store.samples.append(seconds(start, start + 5000, () => 0));
  await store.samples.append(seconds(start + 10_000, start + 12_000, () => 7));
  const { buckets } = await series(start, start + 15_000, 5000);
  expect(buckets.map(({ at, sum }) => [at - start, sum])).toEqual([
    [0, 0],
    [10_000, 14],
  ]);
});

test('the range ends before `to`, and starts with the whole bucket of `from`', async () => {
  await store.samples.append(seconds(start, start + 30_000, () => 1));
  const { buckets } = await series(start + 14_000, start + 20_000, 10_000);
  expect(buckets).toEqual([{ at: start + 10_000, count: 10, min: 1, max: 1, sum: 10 }]);
});

test('servers and metrics do not mix; a second written twice counts once; what is no number is a gap', async () => {
  await store.samples.append(seconds(start, start + 3000, () => 1));
  await store.samples.append(seconds(start, start + 3000, () => 2));
  await store.samples.append(seconds(start, start + 3000, () => 5, 'db-2'));
  await store.samples.append([
    { cluster: 'erp5', server: 'db-1', metric: 'writes', at: start, value: 100 },
    { cluster: 'erp5', server: 'db-1', metric: 'lag', at: start + 4000, value: NaN },
    { cluster: 'erp5', server: 'db-1', metric: 'lag', at: start + 5000, value: Infinity },
  ]);
  expect((await series(start, start + 10_000, 10_000)).buckets).toEqual([
    { at: start, count: 3, min: 2, max: 2, sum: 6 },
  ]);
  expect((await series(start, start + 10_000, 10_000, 'db-2')).buckets[0]?.sum).toBe(15);
});

test('minutes and the seconds that are not rolled up yet together say what all seconds said', async () => {
  await store.samples.append(seconds(start, start + 10 * minute + 30_000, (at) => (at / 1000) % 97));
  const before = await series(start, start + hour, 2 * minute);
  await store.samples.maintain(start + 7 * minute + 12_000);
  expect(rows('minutes')).toBe(7);
  expect(await series(start, start + hour, 2 * minute)).toEqual(before);
  expect(before.buckets).toHaveLength(6);
});

test('a sample that is written after its minute was rolled up is still counted', async () => {
  await store.samples.append(seconds(start, start + minute, () => 1));
  await store.samples.maintain(start + minute);
  await store.samples.append(seconds(start + 30_000, start + 31_000, () => 50));
  await store.samples.maintain(start + 2 * minute);
  expect((await series(start, start + hour, minute)).buckets[0]).toMatchObject({ count: 60, max: 50 });
});

test('buckets that are no multiple of a minute come as whole minutes where only minutes are kept', async () => {
  await store.samples.append(seconds(start, start + 10 * minute, () => 1));
  await store.samples.maintain(start + 2 * day);
  expect(rows('samples')).toBe(0);
  const fine = await series(start, start + 10 * minute, 5000);
  expect(fine.bucketMs).toBe(minute);
  expect(fine.buckets).toHaveLength(10);
  const odd = await series(start, start + 10 * minute, 90_000);
  expect(odd.bucketMs).toBe(2 * minute);
  expect(odd.buckets.map((bucket) => bucket.count)).toEqual([120, 120, 120, 120, 120]);
});

test('seconds are kept for a day, minutes for a month, and the roll-up of a forgotten second stays whole', async () => {
  await store.samples.append(seconds(start, start + hour, () => 3));
  await store.samples.maintain(start + hour);
  expect(rows('samples')).toBe(3600);
  await store.samples.maintain(start + day + 30 * minute + 30_000);
  // Forgotten by whole minutes: a minute of which half is gone could not be rolled up again.
  expect(rows('samples')).toBe(1800);
  expect(rows('minutes')).toBe(60);
  await store.samples.maintain(start + 30 * day);
  expect(rows('minutes')).toBe(60);
  await store.samples.maintain(start + 30 * day + 20 * minute);
  expect(rows('minutes')).toBe(40);
  expect((await series(start, start + hour, hour)).buckets).toEqual([
    { at: start, count: 2400, min: 3, max: 3, sum: 7200 },
  ]);
});

test('a console that was away for days rolls up what it left', async () => {
  await store.samples.append(seconds(start, start + 3 * minute, () => 1));
  await store.samples.maintain(start + 5 * day);
  expect(rows('samples')).toBe(0);
  expect((await series(start, start + day, hour)).buckets).toEqual([
    { at: start, count: 180, min: 1, max: 1, sum: 180 },
  ]);
});

test('a day of one server is read and forgotten without holding the event loop', async () => {
  for (let at = start; at < start + day; at += hour)
    await store.samples.append(seconds(at, at + hour, (second) => second % 1000));
  // Counted in turns, not in time: 86 400 rows, some thousands a turn to read, an hour a turn to roll up, a thousand to forget.
  expect((await eventLoopDuring(() => series(start, start + day, 30_000))).turns).toBeGreaterThan(20);
  expect((await eventLoopDuring(() => store.samples.maintain(start + day))).turns).toBeGreaterThan(20);
  expect((await eventLoopDuring(() => store.samples.maintain(start + 2 * day))).turns).toBeGreaterThan(80);
  expect(rows('samples')).toBe(0);
  expect(rows('minutes')).toBe(1440);
});
