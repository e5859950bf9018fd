import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from './cluster.ts';
import { globalReadLock } from './faults.ts';
import { caughtUp } from './replication.ts';
import type { SandboxServer } from './server-process.ts';
import { until } from './until.ts';
import { startWriteLoad, verifyWrites, type WriteLoad, type WriteLoadOptions } from './write-load.ts';

let cluster: SandboxCluster;
let primary: SandboxServer;
beforeAll(async () => {
  cluster = await createCluster();
  primary = cluster.server('db-1');
});
afterAll(async () => await cluster.stop());

const start = (more: Partial<WriteLoadOptions> = {}): WriteLoad =>
  startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 200, ...more });

test('on a quiet cluster nothing is lost, and the pace is kept', async () => {
  const load = start({ writers: 2 });
  await load.flowing();
  const [before, startedAt] = [load.count, performance.now()];
  await until(() => load.count - before >= 400, { what: '400 writes' });
  // 200 a second: two seconds, less what was under way when the count began.
  expect(performance.now() - startedAt).toBeGreaterThan(1_700);
  const report = await load.stop();
  expect(report.perServer).toEqual({ 'db-1': report.count });
  for (const server of cluster.servers) {
    await caughtUp(server === primary ? cluster.server('db-2') : server, primary);
    expect(await verifyWrites(server, report.acknowledged)).toEqual([]);
  }
  expect(new Set(report.acknowledged).size).toBe(report.count);
});

test('a lost write is named', async () => {
  const load = start();
  await load.flowing();
  const { acknowledged } = await load.stop();
  const victim = acknowledged[0] ?? '';
  await primary.sql(`DELETE FROM shop.orders WHERE uid='${victim}'`);
  expect(await verifyWrites(primary, acknowledged)).toEqual([victim]);
});

test('the load finds the server that accepts writes after they have moved, and tells the gap', async () => {
  const target = cluster.server('db-2');
  const load = start();
  await load.flowing();
  await primary.sql('SET GLOBAL read_only=1');
  await delay(300);
  await target.sql('SET GLOBAL read_only=0');
  await load.flowing();
  const report = await load.stop();
  await target.sql('SET GLOBAL read_only=1');
  await primary.sql('SET GLOBAL read_only=0');
  expect(report.largestGapMs).toBeGreaterThan(250);
  expect(report.largestGapMs).toBeLessThan(1_000);
  expect(report.gaps.at(-1)).toMatchObject({ before: 'db-1', after: 'db-2' });
  expect(Object.keys(report.perServer)).toEqual(['db-1', 'db-2']);
  expect(Object.keys(report.errors).some((text) => text.startsWith('db-1: 1290'))).toBe(true);
  // Both servers wrote under one domain: nobody follows anybody from here on.
}, 20_000);

test('a server that is frozen, locked or killed stops the load for a while and never for good', async () => {
  await using other = await createCluster({ replicas: 0 });
  const [server] = other.servers;
  if (!server) throw new Error('no server');
  const load = startWriteLoad({ servers: [server], account: other.accounts.app, perSecond: 100, deadlineMs: 300 });
  await load.flowing();
  server.freeze();
  await delay(700);
  server.thaw();
  await load.flowing();
  const lock = await globalReadLock(server);
  await delay(500);
  await lock.release();
  await load.flowing();
  await server.kill();
  await server.start();
  await load.flowing();
  const report = await load.stop();
  expect(await verifyWrites(server, report.acknowledged)).toEqual([]);
  expect(report.largestGapMs).toBeGreaterThan(600);
}, 20_000);

test('a load ends in time even when its server is frozen, and counts the silence as a gap', async () => {
  await using other = await createCluster({ replicas: 0 });
  const [server] = other.servers;
  if (!server) throw new Error('no server');
  const load = startWriteLoad({ servers: [server], account: other.accounts.app, perSecond: 100, deadlineMs: 200 });
  await load.flowing();
  server.freeze();
  await expect(load.flowing(400)).rejects.toThrow(/no write was accepted for 400 ms/);
  const started = performance.now();
  const report = await load.stop();
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(report.largestGapMs).toBeGreaterThan(350);
  expect(report.gaps.at(-1)?.after).toBeNull();
});

test('a load without end keeps neither ids nor old orders', async () => {
  await using other = await createCluster({ replicas: 0 });
  const [server] = other.servers;
  if (!server) throw new Error('no server');
  await server.sql(
    "INSERT INTO shop.orders (uid, created) SELECT CONCAT('old-', seq), NOW(6) - INTERVAL 2 MINUTE FROM shop.seq_1_to_50",
  );
  const old = async (): Promise<number> =>
    (await server.sql("SELECT uid FROM shop.orders WHERE uid LIKE 'old-%'")).length;
  const load = startWriteLoad({
    servers: [server],
    account: other.accounts.app,
    perSecond: 100,
    keepIds: false,
    keepMinutes: 1,
  });
  await until(async () => (await old()) === 0, { what: 'the old orders are gone', timeoutMs: 15_000 });
  const report = await load.stop();
  expect(report.acknowledged).toEqual([]);
  expect(report.count).toBeGreaterThan(0);
  expect(await server.sql('SELECT COUNT(*) AS n FROM shop.orders')).toEqual([{ n: String(report.count) }]);
}, 30_000);
