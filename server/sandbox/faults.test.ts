import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from './cluster.ts';
import {
  breakWithDuplicateKey,
  errantTransaction,
  fillConnections,
  fillWithData,
  globalReadLock,
  longTransaction,
  startReplication,
  stopReplication,
  tableLock,
} from './faults.ts';
import { until } from './until.ts';
import { caughtUp, followed } from './replication.ts';
import type { SandboxServer } from './server-process.ts';

let cluster: SandboxCluster;
let primary: SandboxServer;
beforeAll(async () => {
  cluster = await createCluster();
  primary = cluster.server('db-1');
});
afterAll(async () => await cluster.stop());

const state = async (server: SandboxServer): Promise<string> =>
  String((await server.sql('SELECT @@gtid_binlog_state AS state'))[0]?.['state']);

const writesWithin = async (timeoutMs: number): Promise<boolean> => {
  const { user, password } = cluster.accounts.app;
  const connection = await connect({ ...primary.address, user, password }, 2_000);
  return await connection
    .query('INSERT INTO shop.orders (uid) VALUES (UUID())', { timeoutMs })
    .then(
      () => true,
      () => false,
    )
    .finally(() => connection.destroy());
};

test('each replication thread stops and starts by itself', async () => {
  const replica = cluster.server('db-2');
  await stopReplication(replica, 'sql');
  expect(await followed(replica)).toMatchObject({ ioRunning: true, sqlRunning: false });
  await startReplication(replica, 'sql');
  await stopReplication(replica, 'io');
  expect(await followed(replica)).toMatchObject({ ioRunning: false, sqlRunning: true });
  await startReplication(replica);
  await caughtUp(replica, primary);
});

test.each([
  ['FLUSH TABLES WITH READ LOCK', globalReadLock],
  ['LOCK TABLES', tableLock],
])('%s makes a write hang until it is released', async (_, hold) => {
  const lock = await hold(primary);
  expect(await writesWithin(300)).toBe(false);
  await lock.release();
  expect(await writesWithin(5_000)).toBe(true);
});

test('a long transaction is open on the server until it is released', async () => {
  const transaction = await longTransaction(primary);
  // Not INNODB_TRX: it shows what was 100 ms ago.
  const open = async (): Promise<boolean> => {
    const [status] = await primary.sql('SHOW ENGINE INNODB STATUS');
    return String(status?.['Status']).includes(`MariaDB thread id ${transaction.connectionId},`);
  };
  expect(await open()).toBe(true);
  await transaction.release();
  expect(await open()).toBe(false);
});

test('data of about the size asked for arrives, and is no help to a compressor', async () => {
  await fillWithData(primary, 20_000_000);
  const rows = await primary.sql(
    'SELECT SUM(LENGTH(content)) AS bytes, COUNT(DISTINCT content) = COUNT(*) AS differ FROM shop.ballast',
  );
  expect(Number(rows[0]?.['bytes'])).toBeGreaterThanOrEqual(20_000_000);
  expect(Number(rows[0]?.['bytes'])).toBeLessThan(20_100_000);
  expect(Number(rows[0]?.['differ'])).toBe(1);
});

test('with all connections taken others are turned away, and root still gets in', async () => {
  const { user, password } = cluster.accounts.app;
  const filled = await fillConnections(primary, cluster.accounts.app);
  await expect(connect({ ...primary.address, user, password }, 2_000)).rejects.toMatchObject({
    kind: 'too-many-connections',
  });
  // Who was just turned away stands in root's place for a moment.
  const rootGetsIn = async (): Promise<boolean> =>
    await primary.sql('SELECT 1').then(
      () => true,
      () => false,
    );
  await until(rootGetsIn, { what: 'root gets in', timeoutMs: 5_000 });
  await filled.release();
  expect(await writesWithin(2_000)).toBe(true);
});

test('a duplicate key stops the SQL thread with 1062', async () => {
  const replica = cluster.server('db-2');
  await breakWithDuplicateKey(primary, replica);
  expect(await followed(replica)).toMatchObject({ ioRunning: true, sqlRunning: false, lastErrno: 1062 });
});

test('an errant transaction is in the binlog of that replica and nowhere else', async () => {
  const replica = cluster.server('db-3');
  const gtid = await errantTransaction(replica);
  expect(gtid).toMatch(/^0-3-\d+$/);
  expect((await state(replica)).split(',')).toContain(gtid);
  expect(await state(primary)).not.toContain('0-3-');
});
