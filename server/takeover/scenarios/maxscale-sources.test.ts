import { afterAll, beforeAll, expect, test } from 'vitest';
import { text } from '../../mariadb/row.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp } from '../../sandbox/replication.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { until } from '../../sandbox/until.ts';
import { startWriteLoad, type WriteLoad } from '../../sandbox/write-load.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';

/** A server that is none of the cluster's, and writes in a domain of its own. */
let outside: SandboxCluster;
let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
beforeAll(async () => {
  [outside, cluster] = await Promise.all([
    createCluster({ replicas: 0, settings: { server_id: 90, gtid_domain_id: 9 } }),
    createCluster(),
  ]);
  const source = outside.server('db-1');
  await source.sql('CREATE TABLE IF NOT EXISTS shop.feed (id INT PRIMARY KEY) ENGINE=InnoDB');
  const { user, password } = outside.accounts.replication;
  await cluster.server('db-1').sql(
    'CREATE TABLE IF NOT EXISTS shop.feed (id INT PRIMARY KEY) ENGINE=InnoDB',
    `SET GLOBAL gtid_slave_pos=CONCAT(@@gtid_binlog_pos, ',${await positionOf(source)}')`,
    `CHANGE MASTER 'feed' TO MASTER_HOST='${source.host}', MASTER_PORT=${source.port}, MASTER_USER='${user}',
        MASTER_PASSWORD='${password}', MASTER_DELAY=1, MASTER_CONNECT_RETRY=7, MASTER_HEARTBEAT_PERIOD=1.5,
        IGNORE_SERVER_IDS=(77), MASTER_USE_GTID=slave_pos`,
    `SET GLOBAL feed.replicate_ignore_table='shop.secret'`,
    "START SLAVE 'feed'",
  );
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 20 });
  baton = await startBaton(cluster, { sources: new Map([['feed', { user, password }]]) });
});
afterAll(async () => {
  await load.stop();
  await baton.stop();
  await Promise.all([cluster.stop(), outside.stop()]);
});

async function positionOf(server: SandboxServer): Promise<string> {
  const [row] = await server.sql('SELECT @@gtid_binlog_pos AS position');
  return row ? text(row, 'position') : '';
}

/** The connections of a server: "feed: 7 1.5 77", by what a takeover must keep of them. */
async function connectionsOf(server: SandboxServer): Promise<Record<string, string>> {
  const rows = await server.sql('SHOW ALL SLAVES STATUS');
  return Object.fromEntries(
    rows.map((row) => [
      text(row, 'Connection_name'),
      [
        'Slave_IO_Running',
        'Slave_SQL_Running',
        'Master_Port',
        'Connect_Retry',
        'Slave_heartbeat_period',
        'SQL_Delay',
        'Replicate_Ignore_Table',
        'Replicate_Ignore_Server_Ids',
      ]
        .map((column) => text(row, column))
        .join(' '),
    ]),
  );
}

let fed = 0;
/** A row of the outside server arrives at every server of the cluster. */
async function feeds(): Promise<void> {
  fed += 1;
  await outside.server('db-1').sql(`INSERT INTO shop.feed VALUES (${fed})`);
  for (const server of cluster.servers) {
    await until(async () => (await server.sql(`SELECT 1 FROM shop.feed WHERE id=${fed}`)).length === 1, {
      what: `row ${fed} of the source arrives at ${server.name}`,
    });
  }
}

test('mysqlmon_external_master: a source outside of the cluster goes on at the new primary, with its filters, delay and every field, there and back', async () => {
  await feeds();
  const feed = `Yes Yes ${outside.server('db-1').port} 7 1.5 1 shop.secret 77`;
  expect((await connectionsOf(cluster.server('db-1')))['feed']).toBe(feed);
  for (const [target, old] of [
    ['db-2', 'db-1'],
    ['db-1', 'db-2'],
  ] as const) {
    const plan = await baton.takeovers.plan({ target });
    expect(plan.checks.filter(({ level }) => level === 'block')).toEqual([]);
    const view = await baton.promote(target);
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(await connectionsOf(cluster.server(target))).toEqual({ feed });
    expect(Object.keys(await connectionsOf(cluster.server(old)))).toEqual(['']);
    await feeds();
  }
});

test('mysqlmon_fail_switch_multi: named connections and those of the target stay; the one to the primary is dropped, and a failover moves the source of the dead', async () => {
  const [old, target, other] = [cluster.server('db-1'), cluster.server('db-2'), cluster.server('db-3')];
  const { user, password } = cluster.accounts.replication;
  // Both replicas follow by a named connection.
  for (const replica of [target, other]) {
    await caughtUp(replica, old);
    await replica.sql(
      'STOP SLAVE',
      'RESET SLAVE ALL',
      `CHANGE MASTER 'main' TO MASTER_HOST='${old.host}', MASTER_PORT=${old.port}, MASTER_USER='${user}',
        MASTER_PASSWORD='${password}', MASTER_HEARTBEAT_PERIOD=1, MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos`,
      "START SLAVE 'main'",
    );
  }
  await feeds();
  await baton.watcher.lookNow();
  const planned = await baton.promote('db-2');
  expect(planned.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(Object.keys(await connectionsOf(target))).toEqual(['feed']);
  for (const replica of [old, other]) {
    expect(Object.keys(await connectionsOf(replica))).toEqual(['main']);
  }
  await feeds();
  // Under load another replica may have received more, and would have to be promoted instead.
  await load.stop();
  await Promise.all([old, other].map(async (replica) => await caughtUp(replica, target)));
  await target.kill();
  await until(() => baton.watcher.observationOf('db-2')?.kind === 'unreachable', { what: 'db-2 is seen dead' });
  const view = await baton.promote('db-3');
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(view.steps.find(({ id }) => id === 'sources')).toMatchObject({ state: 'done' });
  expect(Object.keys(await connectionsOf(other))).toEqual(['feed']);
  expect((await connectionsOf(old))['main']).toContain(`Yes Yes ${other.port}`);
  await outside.server('db-1').sql('INSERT INTO shop.feed VALUES (100)');
  await until(async () => (await old.sql('SELECT 1 FROM shop.feed WHERE id=100')).length === 1, {
    what: 'the source feeds the cluster through its third primary',
  });
});
