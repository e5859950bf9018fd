import { afterAll, beforeAll, expect, test } from 'vitest';
import { text } from '../../mariadb/row.ts';
import { createCluster } from '../../sandbox/cluster.ts';
import { tableLock } from '../../sandbox/faults.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { until } from '../../sandbox/until.ts';
import { startWriteLoad, type WriteLoad } from '../../sandbox/write-load.ts';
import { startBaton } from '../testing/baton.ts';
import { Scene } from '../testing/scene.ts';

let scene: Scene;
let load: WriteLoad;
beforeAll(async () => {
  const cluster = await createCluster({ settings: { event_scheduler: 'ON' } });
  const { observe } = cluster.accounts;
  for (const server of cluster.servers) {
    await server.sql('SET sql_log_bin=0', `GRANT EVENT ON *.* TO '${observe.user}'@'%'`);
  }
  const primary = cluster.server('db-1');
  await primary.sql(
    'SET NAMES utf8mb4',
    "CREATE USER 'ghöst'@'%'",
    "GRANT ALL ON shop.* TO 'ghöst'@'%'",
    "SET SESSION sql_mode='ANSI_QUOTES', character_set_client=latin1, collation_connection=latin1_german1_ci",
    'CREATE DEFINER=CURRENT_USER EVENT shop.latin ON SCHEDULE EVERY 1 HOUR DO INSERT INTO shop.orders (uid) VALUES (UUID())',
    "SET SESSION sql_mode='', NAMES utf8mb4",
    "CREATE DEFINER='ghöst'@'%' EVENT shop.`é\"'``x` ON SCHEDULE EVERY 1 HOUR COMMENT 'ü' DO DO 1",
    'CREATE EVENT shop.off ON SCHEDULE EVERY 1 SECOND DISABLE DO INSERT INTO shop.orders (uid) VALUES (UUID())',
    'CREATE EVENT shop.side ON SCHEDULE EVERY 1 SECOND DISABLE ON SLAVE DO INSERT INTO shop.orders (uid) VALUES (UUID())',
    'CREATE EVENT shop.once ON SCHEDULE AT NOW() + INTERVAL 1 YEAR DO DO 1',
  );
  scene = new Scene(cluster, await startBaton({ ...cluster, longWriteSeconds: 1, budgetSeconds: 10 }));
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 20 });
  await scene.level('db-1', ['db-2', 'db-3']);
});
afterAll(async () => {
  await load.stop();
  await scene.stop();
});

/** Every event with all its columns but the status, and the status; by name. */
async function eventsOf(server: SandboxServer): Promise<Record<string, { status: string; rest: string }>> {
  const rows = await server.sql(
    'SET NAMES utf8mb4',
    `SELECT EVENT_NAME AS name, STATUS AS status, CONCAT_WS('|', DEFINER, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION,
      EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, STARTS, ON_COMPLETION, EVENT_COMMENT) AS rest
      FROM information_schema.EVENTS ORDER BY EVENT_NAME`,
  );
  return Object.fromEntries(
    rows.map((row) => [text(row, 'name'), { status: text(row, 'status'), rest: text(row, 'rest') }]),
  );
}
const statuses = (events: Record<string, { status: string }>): Record<string, string> =>
  Object.fromEntries(Object.entries(events).map(([name, { status }]) => [name, status]));
const rests = (events: Record<string, { rest: string }>): Record<string, string> =>
  Object.fromEntries(Object.entries(events).map(([name, { rest }]) => [name, rest]));

const onPrimary = {
  latin: 'ENABLED',
  'é"\'`x': 'ENABLED',
  off: expect.stringMatching(/DISABLED/),
  side: 'SLAVESIDE_DISABLED',
  once: 'ENABLED',
};
const onReplica = {
  latin: 'SLAVESIDE_DISABLED',
  'é"\'`x': 'SLAVESIDE_DISABLED',
  off: expect.stringMatching(/DISABLED/),
  side: 'SLAVESIDE_DISABLED',
  once: 'SLAVESIDE_DISABLED',
};

async function expectMoved(target: string, old: string, before: Record<string, string>): Promise<void> {
  const { cluster } = scene;
  const [now, former] = await Promise.all([eventsOf(cluster.server(target)), eventsOf(cluster.server(old))]);
  expect(statuses(now)).toEqual(onPrimary);
  expect(statuses(former)).toEqual(onReplica);
  expect(rests(now)).toEqual(before);
  expect(rests(former)).toEqual(before);
  for (const name of [target, old]) {
    const [row] = await cluster.server(name).sql('SELECT @@event_scheduler AS scheduler');
    expect(row && text(row, 'scheduler')).toBe('ON');
  }
  // Nothing of it is in a binary log: a replica would stop with 1950.
  await scene.level(target, [old, 'db-3']);
}

test('mysqlmon_fail_switch_events: enabled events follow with definer, character set and sql_mode; one that the DBA disabled stays so; there, back, and by failover', async () => {
  const { baton, cluster } = scene;
  const before = rests(await eventsOf(cluster.server('db-1')));
  expect(before['latin']).toContain('|ANSI_QUOTES|latin1|latin1_german1_ci|');
  for (const [target, old] of [
    ['db-2', 'db-1'],
    ['db-1', 'db-2'],
  ] as const) {
    const view = await baton.promote(target);
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    await expectMoved(target, old, before);
  }
  await until(async () => (await baton.watcher.remembered('db-1'))?.events.length === 5, {
    what: 'its events are seen',
  });
  await scene.kill('db-1');
  const { checks } = await baton.takeovers.plan({ target: 'db-2' });
  const accept = checks.filter(({ level }) => level === 'block').map(({ code }) => code);
  expect((await baton.promote('db-2', { accept })).outcome).toMatch(/^succeeded/);
  expect(statuses(await eventsOf(cluster.server('db-2')))).toEqual(onPrimary);
  await scene.start('db-1');
  if ((await baton.rejoins.extraTransactions('db-1')).count > 0) return;
  expect((await baton.rejoin('db-1')).outcome).toMatch(/^succeeded/);
  expect(statuses(await eventsOf(cluster.server('db-1')))).toEqual(onReplica);
});

test('without SUPER each event is switched off by itself, and on again by an undo', async () => {
  const { baton, cluster } = scene;
  const { user } = cluster.accounts.operate;
  for (const server of cluster.servers) {
    await server.sql('SET sql_log_bin=0', `REVOKE SUPER ON *.* FROM '${user}'@'%'`);
  }
  await baton.watcher.lookNow();
  const before = rests(await eventsOf(cluster.server('db-2')));
  // The lock lets nobody stop writes: the freeze gives up after the events were switched off.
  const lock = await tableLock(cluster.server('db-2'));
  const failed = await baton.promote('db-3');
  await lock.release();
  expect(failed.outcome).toBe('failed-restored');
  expect(statuses(await eventsOf(cluster.server('db-2')))).toEqual(onPrimary);
  const view = await baton.promote('db-3');
  expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(statuses(await eventsOf(cluster.server('db-3')))).toEqual(onPrimary);
  expect(statuses(await eventsOf(cluster.server('db-2')))).toEqual(onReplica);
  expect(rests(await eventsOf(cluster.server('db-3')))).toEqual(before);
});
