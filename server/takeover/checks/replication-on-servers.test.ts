import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Check } from '../../contract/takeover.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { errantTransaction, startReplication, stopReplication } from '../../sandbox/faults.ts';
import { caughtUp } from '../../sandbox/replication.ts';
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
const target = () => cluster.server('db-2');
/** Does what the check says. */
const cure = async ({ commands }: Check, name = 'db-2'): Promise<void> => {
  await cluster.server(name).sql(...commands.filter((one) => !one.startsWith('[')));
};

test('a stopped IO thread blocks though Seconds_Behind_Master was 0, and the statement of the fix starts it', async () => {
  const { fires, passes } = checksOf(baton);
  await stopReplication(target(), 'io');
  const check = await fires('target-io-thread', /IO thread is stopped/);
  expect(check.level).toBe('block');
  await cure(check);
  expect(await passes('target-io-thread')).toEqual([]);
});

test('a stopped SQL thread blocks, its lag being unknown and not 0, and the statement of the fix starts it', async () => {
  const { fires, passes } = checksOf(baton);
  await stopReplication(target(), 'sql');
  await fires('target-lag', /lag of db-2 is not known/);
  const check = await fires('target-sql-thread', /SQL thread is stopped/);
  expect(check.level).toBe('block');
  await cure(check);
  expect(await passes('target-sql-thread')).toEqual([]);
  expect(await passes('target-lag')).toEqual([]);
});

test('a delay blocks, and the statements of the fix end it', async () => {
  const { fires, passes } = checksOf(baton);
  await target().sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=3600', 'START SLAVE');
  await cure(await fires('target-delay', /3600 s on purpose/));
  expect(await passes('target-delay')).toEqual([]);
  await caughtUp(target(), primary());
});

test('replication by file and offset blocks, and the statements of the fix end it', async () => {
  const { fires, passes } = checksOf(baton);
  await caughtUp(target(), primary());
  await target().sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_USE_GTID=no', 'START SLAVE');
  await cure(await fires('target-uses-gtid', /not by GTID/));
  expect(await passes('target-uses-gtid')).toEqual([]);
  await caughtUp(target(), primary());
});

test('strict mode that is off is told, and the statement of the fix turns it on', async () => {
  const { fires, passes } = checksOf(baton);
  await cluster.server('db-3').sql('SET GLOBAL gtid_strict_mode=0');
  await cure(await fires('gtid-strict-mode', /off on db-3/), 'db-3');
  expect(await passes('gtid-strict-mode')).toEqual([]);
});

test('a replica that takes writes is told, and the statement of the fix ends it', async () => {
  const { fires, passes } = checksOf(baton);
  await cluster.server('db-3').sql('SET GLOBAL read_only=0');
  await cure(await fires('replica-writable', /db-3 is a replica and takes writes/), 'db-3');
  expect(await passes('replica-writable')).toEqual([]);
});

test('commits that wait for an acknowledgement are told, and the statement of the fix lets them go', async () => {
  const { fires, passes } = checksOf(baton);
  await primary().sql('SET GLOBAL rpl_semi_sync_master_timeout=600000', 'SET GLOBAL rpl_semi_sync_master_enabled=1');
  const session = await primary().session();
  const committed = session.query("INSERT INTO shop.orders (uid) VALUES ('unacknowledged')", { timeoutMs: 60_000 });
  await cure(await fires('semi-sync', /1 commit/), 'db-1');
  await committed;
  expect(await passes('semi-sync')).toEqual([]);
  session.destroy();
});

test('a replica that stands before the oldest log of the target is told, until it has caught up', async () => {
  const { fires, passes } = checksOf(baton);
  const behind = cluster.server('db-3');
  await stopReplication(behind, 'io');
  await primary().sql("INSERT INTO shop.orders (uid) VALUES ('behind the oldest log')");
  await caughtUp(target(), primary());
  await target().sql('FLUSH BINARY LOGS');
  // The log before stays until InnoDB has said that it needs it no more.
  await until(
    async () => {
      const logs = await target().sql('SHOW BINARY LOGS');
      await target().sql(`PURGE BINARY LOGS TO '${String(logs.at(-1)?.['Log_name'])}'`);
      return logs.length === 1;
    },
    { what: 'the older logs are purged' },
  );
  await fires('binlog-covers-replica', /db-3 stands before 0-1-\d+, where the binary logs of db-2 begin/);
  await startReplication(behind, 'io');
  await caughtUp(behind, primary());
  expect(await passes('binlog-covers-replica')).toEqual([]);
});

test('a transaction in a domain that the primary does not have is found on the target, and gone when it is gone', async () => {
  const { fires, passes } = checksOf(baton);
  await target().sql('SET gtid_domain_id=7', 'INSERT INTO shop.orders (uid) VALUES (UUID())');
  expect(await fires('errant-transactions', /1 transaction that db-1 does not have: 7-2-1/)).toMatchObject({
    level: 'block',
  });
  expect(await checksOf(baton, 'db-3').passes('errant-transactions')).toEqual([]);
  // The same transaction on the primary: then it is nobody's own.
  await primary().sql(
    'SET gtid_domain_id=7',
    'SET server_id=2',
    'SET gtid_seq_no=1',
    'INSERT INTO shop.orders (uid) VALUES (UUID())',
  );
  expect(await passes('errant-transactions')).toEqual([]);
});

test("the target's own transactions are counted by domain and server id", async () => {
  const { fires } = checksOf(baton, 'db-3');
  const gtid = await errantTransaction(cluster.server('db-3'));
  const check = await fires('errant-transactions', new RegExp(`1 transaction that db-1 does not have: ${gtid}`));
  expect(check.commands[0]).toContain('mariadb-binlog');
});
