import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from './cluster.ts';
import { caughtUp, follow, followed } from './replication.ts';
import type { SandboxServer } from './server-process.ts';
import { until } from './until.ts';

let cluster: SandboxCluster;
let primary: SandboxServer;
let replica: SandboxServer;
beforeAll(async () => {
  cluster = await createCluster({ relays: true, fronts: true });
  primary = cluster.server('db-1');
  replica = cluster.server('db-2');
});
afterAll(async () => await cluster.stop());

const write = async (): Promise<unknown> => await primary.sql('INSERT INTO shop.orders (uid) VALUES (UUID())');
const behind = async (): Promise<boolean> => {
  const position = 'SELECT @@gtid_current_pos AS gtid';
  const [here, there] = await Promise.all([primary.sql(position), replica.sql(position)]);
  return here[0]?.['gtid'] !== there[0]?.['gtid'];
};
const signIn = async (server: SandboxServer, timeoutMs: number): Promise<number> => {
  const { user, password } = cluster.accounts.observe;
  const started = performance.now();
  (await connect({ ...server.address, user, password }, timeoutMs)).destroy();
  return performance.now() - started;
};

test('a replica whose link is cut loses its connection, the other one goes on, and restored it catches up', async () => {
  expect((await followed(replica))?.port).toBe(cluster.link('db-2').port);
  await cluster.link('db-2').cut();
  await until(async () => (await followed(replica))?.ioRunning === false, { what: 'the IO thread has noticed' });
  await write();
  await caughtUp(cluster.server('db-3'), primary);
  expect(await behind()).toBe(true);
  await cluster.link('db-2').restore();
  await caughtUp(replica, primary);
  expect(await behind()).toBe(false);
});

test('behind a black hole the threads still claim to run, nothing arrives, and then it does', async () => {
  await cluster.link('db-2').blackHole();
  await write();
  await caughtUp(cluster.server('db-3'), primary);
  expect(await behind()).toBe(true);
  expect(await followed(replica)).toMatchObject({ ioRunning: true, sqlRunning: true });
  await cluster.link('db-2').restore();
  await caughtUp(replica, primary);
  expect(await behind()).toBe(false);
});

test('a front that is cut for one client is open for the others', async () => {
  await follow(replica, primary.address, cluster.accounts.replication);
  await follow(cluster.server('db-3'), primary.address, cluster.accounts.replication);
  await caughtUp(replica, primary);
  await caughtUp(cluster.server('db-3'), primary);
  cluster.front('db-1').setFor('db-2', { kind: 'cut' });
  await until(async () => (await followed(replica))?.ioRunning === false, { what: 'the IO thread has noticed' });
  await write();
  await caughtUp(cluster.server('db-3'), primary);
  expect(await behind()).toBe(true);
  cluster.front('db-1').setFor('db-2', { kind: 'black-hole' });
  expect(await signIn(primary, 1_000)).toBeLessThan(1_000);
  cluster.front('db-1').setFor('db-2', { kind: 'open' });
  await caughtUp(replica, primary);
  await follow(replica, cluster.link('db-2'), cluster.accounts.replication);
});

test('a slow link lets no more through than it is told', async () => {
  await cluster.link('db-2').set({ kind: 'slow', bytesPerSecond: 200_000 });
  const started = performance.now();
  await primary.sql(
    'CREATE TABLE shop.bulk (content LONGTEXT)',
    'INSERT INTO shop.bulk SELECT REPEAT(HEX(RANDOM_BYTES(500)), 200)',
  );
  await caughtUp(replica, primary);
  expect(performance.now() - started).toBeGreaterThan(700);
  await cluster.link('db-2').restore();
});

test('a server behind a cut, silent or slow front is refused, hung or late to others, and answers over its socket', async () => {
  expect(await signIn(replica, 2_000)).toBeLessThan(2_000);
  const front = cluster.front('db-2');
  await front.cut();
  await expect(signIn(replica, 500)).rejects.toMatchObject({ kind: 'refused' });
  await front.blackHole();
  await expect(signIn(replica, 300)).rejects.toMatchObject({ kind: 'hung' });
  await front.set({ kind: 'slow', delayMs: 100 });
  expect(await signIn(replica, 5_000)).toBeGreaterThan(200);
  expect(await replica.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await front.restore();
  expect(await signIn(replica, 2_000)).toBeLessThan(2_000);
});
