import { afterEach, beforeEach, expect, test } from 'vitest';
import { text } from '../mariadb/row.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import { startWriteLoad } from '../sandbox/write-load.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { FakeAgent } from './testing/fake-agent.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
const agents = new Map<string, FakeAgent>();
beforeEach(async () => {
  cluster = await createCluster({
    semiSync: true,
    settings: { event_scheduler: 'ON', rpl_semi_sync_master_timeout: 10_000 },
  });
  agents.clear();
  for (const { name } of cluster.servers) agents.set(name, new FakeAgent(['mariadb_update']));
  baton = await startBaton(cluster, { agent: (server) => agents.get(server) ?? null });
});
afterEach(async () => {
  await baton.stop();
  await cluster.stop();
});

async function eventsOf(server: string): Promise<Record<string, string>> {
  const rows = await cluster.server(server).sql('SELECT * FROM information_schema.EVENTS ORDER BY EVENT_NAME');
  return Object.fromEntries(rows.map((row) => [text(row, 'EVENT_NAME'), text(row, 'STATUS')]));
}

async function eventDetails(server: string): Promise<string[]> {
  const rows = await cluster
    .server(server)
    .sql(
      'SELECT CONCAT_WS("|", EVENT_NAME, DEFINER, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, EVENT_DEFINITION) AS details FROM information_schema.EVENTS ORDER BY 1',
    );
  return rows.map((row) => text(row, 'details'));
}

test('enabled events move along unchanged, disabled ones stay disabled, and none of it is in the binlog', async () => {
  const primary = cluster.server('db-1');
  await primary.sql(
    'SET NAMES latin1',
    "SET sql_mode='ANSI_QUOTES'",
    "CREATE DEFINER=app@'%' EVENT shop.`it's on` ON SCHEDULE EVERY 1 DAY DO INSERT INTO shop.orders (uid) VALUES (UUID())",
    'CREATE EVENT shop.off ON SCHEDULE EVERY 1 DAY DISABLE DO INSERT INTO shop.orders (uid) VALUES (UUID())',
  );
  await Promise.all(['db-2', 'db-3'].map((name) => caughtUp(cluster.server(name), primary)));
  const details = await eventDetails('db-1');
  const view = await baton.promote('db-2');
  expect(view.steps.find(({ id }) => id === 'events')).toMatchObject({ state: 'done', note: '1 enabled' });
  expect(await eventsOf('db-2')).toEqual({ "it's on": 'ENABLED', off: 'SLAVESIDE_DISABLED' });
  expect((await eventsOf('db-1'))["it's on"]).toBe('SLAVESIDE_DISABLED');
  expect(await eventDetails('db-2')).toEqual(details);
  expect(await eventDetails('db-1')).toEqual(details);
  expect(await followed(cluster.server('db-1'))).toMatchObject({ ioRunning: true, sqlRunning: true, lastErrno: 0 });
  // And back: what was enabled is enabled where the primary is, however often it moves.
  expect((await baton.promote('db-1')).outcome).toBe('succeeded');
  expect((await eventsOf('db-1'))["it's on"]).toBe('ENABLED');
  expect((await eventsOf('db-2'))["it's on"]).toBe('SLAVESIDE_DISABLED');
  expect(await eventDetails('db-1')).toEqual(details);
  const [scheduler] = await primary.sql('SELECT @@event_scheduler AS scheduler');
  expect(scheduler?.['scheduler']).toBe('ON');
});

test('services are shut on the old primary, opened and run on the new one, and their log is in the step', async () => {
  const view = await baton.promote('db-2');
  expect(view.outcome).toBe('succeeded');
  expect(view.followUps).toEqual([]);
  expect(agents.get('db-1')?.calls).toEqual(['disable mariadb_update', 'persist read_only=1']);
  expect(agents.get('db-2')?.calls).toEqual(['persist read_only=0', 'enable mariadb_update', 'run mariadb_update']);
  expect(agents.get('db-3')?.calls).toEqual([]);
  expect(view.steps.find(({ id }) => id === 'services')?.log).toBe('Phase 1/7\nPhase 2/7\nOK\n');
});

test('semi-synchronous replication moves along, and the first write does not wait for a replica', async () => {
  const load = startWriteLoad({
    servers: cluster.servers,
    account: cluster.accounts.app,
    perSecond: 100,
    deadlineMs: 15_000,
  });
  await load.flowing();
  const view = await baton.promote('db-2');
  await load.flowing();
  const { largestGapMs } = await load.stop();
  expect(view.outcome).toBe('succeeded');
  expect(largestGapMs).toBeLessThan(5_000);
  const roles = await Promise.all(
    ['db-1', 'db-2'].map(async (name) => {
      const [row] = await cluster
        .server(name)
        .sql(
          'SELECT CONCAT(@@rpl_semi_sync_master_enabled, @@rpl_semi_sync_slave_enabled, @@rpl_semi_sync_master_wait_no_slave) AS roles',
        );
      return row?.['roles'];
    }),
  );
  expect(roles).toEqual(['OFFONON', 'ONONON']);
});
