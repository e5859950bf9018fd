import { afterEach, beforeEach, expect, test } from 'vitest';
import { BatonError } from '../../contract/errors.ts';
import { text } from '../../mariadb/row.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { stopReplication } from '../../sandbox/faults.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';
import { FakeAgent } from '../testing/fake-agent.ts';
import { isReadOnly, writableOf } from '../testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
const agents = new Map<string, FakeAgent>();
/** What happens on the servers just before the console's statement. */
let beforeStatement: (server: string, sql: string) => Promise<void>;
beforeEach(async () => {
  beforeStatement = () => Promise.resolve();
  cluster = await createCluster({ settings: { event_scheduler: 'ON' } });
  agents.clear();
  for (const { name } of cluster.servers) agents.set(name, new FakeAgent(['mariadb_update']));
  baton = await startBaton(cluster, {
    agent: (server) => agents.get(server) ?? null,
    onConnection: (server, connection) => {
      const query = connection.query.bind(connection);
      connection.query = async (sql, options) => {
        await beforeStatement(server, sql);
        return await query(sql, options);
      };
    },
  });
});
afterEach(async () => {
  await baton.stop();
  await cluster.stop();
});

/** db-1 dies by kill -9, db-2 takes over, db-1 comes back. */
async function failedOver(): Promise<void> {
  await cluster.server('db-1').kill();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to be gone' });
  expect((await baton.promote('db-2')).outcome).toMatch(/^succeeded/);
  await cluster.server('db-1').start();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'up', { what: 'db-1 is back' });
}

async function everybodyHas(primary: string): Promise<void> {
  for (const server of cluster.servers) if (server.name !== primary) await caughtUp(server, cluster.server(primary));
}

async function rows(server: string): Promise<string[]> {
  const found = await cluster.server(server).sql('SELECT uid FROM shop.orders ORDER BY uid');
  return found.map((row) => text(row, 'uid'));
}

async function refusalOf(promise: Promise<unknown>): Promise<BatonError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof BatonError)) throw new Error('it was not refused', { cause: error });
  return error;
}

test('an old primary that comes back with nothing of its own follows the new one, with equal rows, after one request', async () => {
  const primary = cluster.server('db-1');
  await primary.sql(
    "INSERT INTO shop.orders (uid) VALUES ('before')",
    'CREATE EVENT shop.tick ON SCHEDULE EVERY 1 DAY DO INSERT INTO shop.orders (uid) VALUES (UUID())',
  );
  await everybodyHas('db-1');
  await failedOver();
  await cluster.server('db-2').sql("INSERT INTO shop.orders (uid) VALUES ('after')");
  expect((await baton.takeovers.returned('db-1'))?.followUps.at(-1)).toMatchObject({
    method: 'POST',
    path: '/api/v1/clusters/erp5/servers/db-1/rejoin',
    command: 'baton rejoin erp5/db-1',
  });
  expect((await baton.rejoins.extraTransactions('db-1')).count).toBe(0);

  const view = await baton.rejoin('db-1');
  expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect([view.kind, view.outcome, view.summary]).toEqual(['rejoin', 'succeeded', 'db-1 follows db-2.']);
  const { port } = cluster.server('db-2');
  expect(await followed(primary)).toMatchObject({ port, ioRunning: true, sqlRunning: true, lastErrno: 0 });
  await everybodyHas('db-2');
  expect(await rows('db-1')).toEqual(await rows('db-2'));
  expect(await rows('db-1')).toContain('after');
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  const events = await primary.sql('SELECT STATUS AS status FROM information_schema.EVENTS');
  expect(events.map((row) => text(row, 'status'))).toEqual(['SLAVESIDE_DISABLED']);
  expect(agents.get('db-1')?.calls.slice(-2)).toEqual(['disable mariadb_update', 'persist read_only=1']);
  // It is a replica as any other: it can be promoted again without a drain that hangs.
  await until(
    () => baton.watcher.snapshot().servers.find(({ name }) => name === 'db-1')?.promotable.possible === true,
    {
      what: 'db-1 can be promoted',
    },
  );
  expect((await baton.promote('db-1')).outcome).toBe('succeeded');
});

test('an old primary with transactions of its own is refused with exactly these, and nothing is changed', async () => {
  await everybodyHas('db-1');
  for (const name of ['db-2', 'db-3']) await stopReplication(cluster.server(name), 'io');
  await cluster.server('db-1').sql(...['a', 'b', 'c'].map((n) => `INSERT INTO shop.orders (uid) VALUES ('own-${n}')`));
  const [row] = await cluster.server('db-1').sql('SELECT @@gtid_binlog_pos AS position');
  const last = Number(text(row ?? {}, 'position').split('-')[2]);
  await baton.watcher.lookNow();
  await failedOver();
  await cluster.server('db-2').sql("INSERT INTO shop.orders (uid) VALUES ('after')");
  const extra = await baton.rejoins.extraTransactions('db-1');
  expect(extra).toMatchObject({
    server: 'db-1',
    primary: 'db-2',
    count: 3,
    ranges: [{ from: `0-1-${last - 2}`, to: `0-1-${last}`, count: 3 }],
  });
  const error = await refusalOf(baton.rejoin('db-1'));
  expect([error.code, error.message]).toEqual([
    'refused',
    `db-1 has 3 transactions that db-2 does not have: 0-1-${last - 2}…${last}`,
  ]);
  expect(error.details).toMatchObject({
    extraTransactions: { count: 3, ranges: extra.ranges },
    followUps: [{ method: 'GET', path: '/api/v1/clusters/erp5/servers/db-1/extra-transactions?format=sql' }, {}],
  });
  expect(await followed(cluster.server('db-1'))).toBeNull();
});

test('what the server writes after the checks is found by the steps, which leave it read-only and following nobody', async () => {
  await everybodyHas('db-1');
  await failedOver();
  await cluster.server('db-1').sql('SET GLOBAL read_only=0');
  beforeStatement = async (server, sql) => {
    if (server !== 'db-1' || !sql.includes('SET GLOBAL read_only=1')) return;
    // Once: the undo says read_only=1 again.
    beforeStatement = () => Promise.resolve();
    await cluster.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('late')");
  };
  const view = await baton.rejoin('db-1');
  expect(view.outcome).toBe('failed-restored');
  expect(view.summary).toMatch(
    /^Look failed: db-1 has 1 transaction of its own: 0-1-\d+\. Restored: db-1 follows nobody as before and is kept read-only\.$/,
  );
  expect(view.followUps[0]?.path).toBe('/api/v1/clusters/erp5/servers/db-1/extra-transactions?format=sql');
  expect(await isReadOnly(cluster.server('db-1'))).toBe(true);
  expect(await followed(cluster.server('db-1'))).toBeNull();
});

test('two clicks at once are one operation, and a click afterwards is told that it follows already', async () => {
  await everybodyHas('db-1');
  await failedOver();
  const request = { server: 'db-1', dryRun: false, setAside: false, actor: 'ana' };
  const [one, two] = await Promise.all([baton.rejoins.start(request), baton.rejoins.start(request)]);
  expect(one).toEqual(two);
  expect(await baton.rejoins.start(request)).toEqual(one);
  expect((await baton.operations.ended(one.operationId)).outcome).toBe('succeeded');
  expect((await refusalOf(baton.rejoins.start(request))).message).toBe('db-1 follows db-2 already');
  expect((await baton.operations.list({ limit: 10 })).filter(({ kind }) => kind === 'rejoin')).toHaveLength(1);
});

test('a dry run takes the lock, changes nothing and leaves no lock', async () => {
  await everybodyHas('db-1');
  await failedOver();
  const view = await baton.rejoin('db-1', { dryRun: true });
  expect([view.outcome, view.summary]).toEqual(['succeeded', 'Dry run: db-1 could follow db-2. Nothing was changed.']);
  expect(await followed(cluster.server('db-1'))).toBeNull();
  expect((await baton.rejoin('db-1')).outcome).toBe('succeeded');
});

test('a replica that follows nobody, and one that follows another replica, are brought to the primary', async () => {
  await everybodyHas('db-1');
  await cluster.server('db-2').sql('STOP SLAVE', 'RESET SLAVE ALL');
  await cluster.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('missed')");
  await baton.watcher.lookNow();
  expect((await baton.rejoin('db-2')).outcome).toBe('succeeded');
  const { replication } = cluster.accounts;
  const { host, port } = cluster.server('db-2');
  await cluster
    .server('db-3')
    .sql(
      'STOP SLAVE',
      `CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port}, MASTER_USER='${replication.user}', MASTER_PASSWORD='${replication.password}'`,
      'START SLAVE',
    );
  await until(async () => (await followed(cluster.server('db-3')))?.sqlRunning === true, { what: 'db-3 follows db-2' });
  const plan = await baton.rejoins.plan('db-3');
  expect(plan.checks.filter(({ level }) => level !== 'pass').map(({ text: said }) => said)).toEqual([
    'db-3 follows db-2: it is taken away from there',
  ]);
  expect((await baton.rejoin('db-3')).outcome).toBe('succeeded');
  await everybodyHas('db-1');
  for (const name of ['db-2', 'db-3']) {
    expect(await followed(cluster.server(name))).toMatchObject({ port: cluster.server('db-1').port, ioRunning: true });
    expect(await rows(name)).toEqual(await rows('db-1'));
  }
});

test('a replica that has lost its position follows from where its binary log ends', async () => {
  await everybodyHas('db-1');
  await cluster.server('db-3').sql('STOP SLAVE', 'RESET SLAVE ALL', "SET GLOBAL gtid_slave_pos=''");
  await cluster.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('missed')");
  await baton.watcher.lookNow();
  const { outcome, summary } = await baton.rejoin('db-3');
  expect([outcome, summary]).toEqual(['succeeded', expect.stringContaining('db-3 follows db-1')]);
  await everybodyHas('db-1');
  expect(await rows('db-3')).toEqual(await rows('db-1'));
});

test.each([
  { server: 'db-1', says: 'db-1 is the primary' },
  { server: 'db-2', says: 'db-2 follows db-1 already' },
])('of a healthy cluster nobody is rejoined: $says', async ({ server, says }) => {
  expect((await refusalOf(baton.rejoin(server))).message).toContain(says);
});
