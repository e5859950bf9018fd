import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { globalReadLock, longTransaction, tableLock } from '../../sandbox/faults.ts';
import { until } from '../../sandbox/until.ts';
import { checksOf } from '../testing/real-checks.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
beforeAll(async () => {
  cluster = await createCluster();
  baton = await startBaton(cluster);
});
afterAll(async () => {
  await baton.stop();
  await cluster.stop();
});
const primary = () => cluster.server('db-1');
const timeoutMs = 60_000;

test('a long write is named with its connection, user and age, until it has ended', async () => {
  const { fires, passes } = checksOf(baton);
  const held = await longTransaction(primary());
  const check = await fires(
    'long-writes',
    new RegExp(`connection ${held.connectionId} of root from .*, open for \\d+ s`),
  );
  expect(check).toMatchObject({ level: 'warn', server: 'db-1', commands: [`KILL ${held.connectionId};`] });
  await held.release();
  expect(await passes('long-writes')).toEqual([]);
});

test('who keeps another from a row is named, and the statement of the fix ends it', async () => {
  const { fires, passes } = checksOf(baton);
  await primary().sql("INSERT INTO shop.orders (uid) VALUES ('wanted by two')");
  const update = "UPDATE shop.orders SET payload = 'x' WHERE uid = 'wanted by two'";
  const [holder, waiter] = [await primary().session(), await primary().session()];
  await holder.query('START TRANSACTION', { timeoutMs });
  await holder.query(update, { timeoutMs });
  const waited = waiter.query(update, { timeoutMs });
  const check = await fires('lock-holders', new RegExp(`on db-1 .*: connection ${holder.id} of root`));
  expect(check.commands).toEqual([`KILL ${holder.id};`]);
  await primary().sql(...check.commands);
  await waited;
  expect(await passes('lock-holders')).toEqual([]);
  holder.destroy();
  waiter.destroy();
});

test('an idle transaction that holds up a change of its table is named as its holder', async () => {
  const { fires, passes } = checksOf(baton);
  const [reader, changer] = [await primary().session(), await primary().session()];
  await reader.query('START TRANSACTION', { timeoutMs });
  await reader.query('SELECT * FROM shop.products', { timeoutMs });
  const changed = changer.query('ALTER TABLE shop.products ADD COLUMN note INT', { timeoutMs });
  await fires('lock-holders', new RegExp(`connection ${reader.id} of root`));
  await reader.query('COMMIT', { timeoutMs });
  await changed;
  expect(await passes('lock-holders')).toEqual([]);
  reader.destroy();
  changer.destroy();
});

test('a session that waits behind a global read lock is named, until the lock is gone', async () => {
  const { fires, passes } = checksOf(baton);
  const lock = await globalReadLock(primary());
  const writer = await primary().session();
  const written = writer.query("INSERT INTO shop.orders (uid) VALUES ('behind the lock')", { timeoutMs });
  const check = await fires('lock-holders', new RegExp(`connection ${writer.id} of root: Waiting for backup lock`));
  expect(check.commands).toEqual(['SHOW FULL PROCESSLIST;']);
  await lock.release();
  await written;
  expect(await passes('lock-holders')).toEqual([]);
  writer.destroy();
});

test('another tool is seen by the lock of its monitor, by what it does, and by its name', async () => {
  const { fires, passes } = checksOf(baton);
  const monitor = await cluster.server('db-3').session();
  await monitor.query("SELECT GET_LOCK('maxscale_mariadbmonitor', 0)", { timeoutMs });
  const check = await fires('other-tool', new RegExp(`db-3: connection ${monitor.id} of root .*MaxScale monitor`));
  await cluster.server('db-3').sql(...check.commands);
  expect(await passes('other-tool')).toEqual([]);

  const inTheWay = await tableLock(primary());
  const locker = await primary().session();
  const locked = locker.query('FLUSH TABLES WITH READ LOCK', { timeoutMs });
  await fires('other-tool', new RegExp(`db-1: connection ${locker.id} of root .*locks all its tables`));
  await inTheWay.release();
  await locked;
  expect(await passes('other-tool')).toEqual([]);
  locker.destroy();

  await primary().sql("SET STATEMENT sql_log_bin=0 FOR CREATE USER 'orchestrator'@'%' IDENTIFIED BY 'a-password'");
  const { host, port } = primary();
  const tool = await connect({ host, port, user: 'orchestrator', password: 'a-password' }, 5_000);
  await fires('other-tool', /db-1: connection \d+ of orchestrator .*looks like orchestrator/);
  tool.destroy();
  expect(await passes('other-tool')).toEqual([]);
});

test('a session that changes replication is seen, and its password is in no text', async () => {
  const { fires, passes } = checksOf(baton);
  const replica = cluster.server('db-3');
  // A read lock on the replica keeps its SQL thread, and so STOP SLAVE, waiting.
  const lock = await globalReadLock(replica);
  await primary().sql("INSERT INTO shop.orders (uid) VALUES ('stuck in db-3')");
  const stuck =
    "SELECT 1 FROM information_schema.PROCESSLIST WHERE USER='system user' AND STATE='Waiting for backup lock'";
  await until(async () => (await replica.sql(stuck)).length > 0, { what: 'the SQL thread of db-3 waits' });
  const stopper = await replica.session();
  const stopped = stopper.query('STOP SLAVE', { timeoutMs });
  const check = await fires('other-tool', new RegExp(`connection ${stopper.id} of root .*changes its replication`));
  expect(JSON.stringify(check)).not.toContain('STOP');
  await lock.release();
  await stopped;
  await replica.sql('START SLAVE');
  expect(await passes('other-tool')).toEqual([]);
  stopper.destroy();
});

test('a prepared transaction blocks until it is rolled back', async () => {
  const { fires, passes } = checksOf(baton);
  const session = await primary().session();
  for (const sql of [
    "XA START 'x'",
    "INSERT INTO shop.orders (uid) VALUES ('prepared')",
    "XA END 'x'",
    "XA PREPARE 'x'",
  ])
    await session.query(sql, { timeoutMs });
  const check = await fires('xa-prepared', /db-1 has 1 prepared transaction/);
  expect(check).toMatchObject({ level: 'block', commands: ['XA RECOVER;'] });
  await session.query("XA ROLLBACK 'x'", { timeoutMs });
  expect(await passes('xa-prepared')).toEqual([]);
  session.destroy();
});

test("another console's lock blocks until it is given back", async () => {
  const { fires, passes } = checksOf(baton);
  const other = await cluster.server('db-2').session();
  await other.query("SELECT GET_LOCK('baton.takeover', 0)", { timeoutMs });
  expect(await fires('lock-free', /on db-2: root from /)).toMatchObject({ level: 'block', server: 'db-2' });
  await other.query("DO RELEASE_LOCK('baton.takeover')", { timeoutMs });
  expect(await passes('lock-free')).toEqual([]);
  other.destroy();
});
