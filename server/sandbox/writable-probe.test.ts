import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from './cluster.ts';
import { globalReadLock } from './faults.ts';
import type { SandboxServer } from './server-process.ts';
import { until } from './until.ts';
import { startWritableProbe, type WritableProbe } from './writable-probe.ts';

let cluster: SandboxCluster;
let primary: SandboxServer;
let replica: SandboxServer;
beforeAll(async () => {
  cluster = await createCluster();
  primary = cluster.server('db-1');
  replica = cluster.server('db-2');
});
afterAll(async () => await cluster.stop());

const start = (): WritableProbe => startWritableProbe({ servers: cluster.servers, account: cluster.accounts.app });
const writableIs = async (probe: WritableProbe, ...names: string[]): Promise<void> =>
  await until(() => probe.writable().join() === names.join(), { what: `writable: ${names.join()}`, timeoutMs: 5_000 });

test('the probe sees exactly the primary, without a pause and without a trace', async () => {
  const position = async (): Promise<unknown> => await primary.sql('SELECT @@gtid_binlog_pos');
  const before = await position();
  const probe = start();
  await writableIs(probe, 'db-1');
  await delay(1_000);
  const { intervals, overlaps, counts } = await probe.stop();
  expect(overlaps).toEqual([]);
  expect(intervals.get('db-2')).toEqual([]);
  expect(intervals.get('db-3')).toEqual([]);
  expect(counts.get('db-1')?.accepted).toBeGreaterThan(50);
  expect(counts.get('db-2')?.refused).toBeGreaterThan(50);
  const longest = Math.max(...(intervals.get('db-1') ?? []).map(({ from, to }) => to - from));
  expect(longest).toBeGreaterThan(500);
  expect(await position()).toEqual(before);
  expect(await primary.sql('SELECT * FROM shop.probe')).toEqual([]);
});

test('two writable servers are caught', async () => {
  const probe = start();
  await writableIs(probe, 'db-1');
  await replica.sql('SET GLOBAL read_only=0');
  await writableIs(probe, 'db-1', 'db-2');
  await delay(100);
  await replica.sql('SET GLOBAL read_only=1');
  const { overlaps } = await probe.stop();
  expect(overlaps.map(({ servers }) => servers)).toContainEqual(['db-1', 'db-2']);
});

test('a server under a global read lock does not count as writable, and is again once it is free', async () => {
  const probe = start();
  await writableIs(probe, 'db-1');
  const lock = await globalReadLock(primary);
  await writableIs(probe);
  await replica.sql('SET GLOBAL read_only=0');
  await writableIs(probe, 'db-2');
  await replica.sql('SET GLOBAL read_only=1');
  await writableIs(probe);
  await lock.release();
  await writableIs(probe, 'db-1');
  expect((await probe.stop()).overlaps).toEqual([]);
});

test('a frozen or killed server does not count as writable, and is again once it is back', async () => {
  const probe = start();
  await writableIs(probe, 'db-1');
  primary.freeze();
  await writableIs(probe);
  primary.thaw();
  await writableIs(probe, 'db-1');
  await primary.kill();
  await writableIs(probe);
  await primary.start();
  await writableIs(probe, 'db-1');
  expect((await probe.stop()).overlaps).toEqual([]);
});
