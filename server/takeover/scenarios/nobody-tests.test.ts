import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { text } from '../../mariadb/row.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { startReplication, stopReplication } from '../../sandbox/faults.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startWriteLoad, type WriteLoad } from '../../sandbox/write-load.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';
import { FakeAgent } from '../testing/fake-agent.ts';
import { isReadOnly, writableOf } from '../testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
/** So that a first write on the new primary is soon seen. */
let load: WriteLoad;
const start = async (options: Parameters<typeof createCluster>[0] = {}): Promise<void> => {
  cluster = await createCluster(options);
  baton = await startBaton(cluster);
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 50 });
};
const end = async (): Promise<void> => {
  await load.stop();
  await baton.stop();
  await cluster.stop();
};
const levels = async (target: string): Promise<Record<string, string>> => {
  const { checks } = await baton.takeovers.plan({ target });
  return Object.fromEntries(checks.map(({ code, level }) => [code, level]));
};
const caughtUpAll = async (primary: string): Promise<void> => {
  for (const server of cluster.servers) if (server.name !== primary) await caughtUp(server, cluster.server(primary));
};

describe('on one cluster', () => {
  beforeAll(async () => await start({ replicas: 3, settings: { event_scheduler: 'ON' } }));
  afterAll(end);

  test('nobody-tests e: lag that MariaDB has no number for, or says is 0, is never taken for level', async () => {
    const target = cluster.server('db-2');
    await stopReplication(target, 'sql');
    await baton.watcher.lookNow();
    expect(await levels('db-2')).toMatchObject({ 'target-sql-thread': 'block' });
    await startReplication(target, 'sql');
    await stopReplication(target, 'io');
    await baton.watcher.lookNow();
    expect(await levels('db-2')).toMatchObject({ 'target-io-thread': 'block' });
    await target.sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=60', 'START SLAVE');
    await baton.watcher.lookNow();
    expect(await levels('db-2')).toMatchObject({ 'target-delay': 'block' });
    await target.sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=0', 'START SLAVE');
    await caughtUpAll('db-1');
    await baton.watcher.lookNow();
    expect(await levels('db-2')).toMatchObject({ 'target-sql-thread': 'pass', 'target-io-thread': 'pass' });
  });

  test('nobody-tests j: a wrong password of the replication account is found before anything is frozen', async () => {
    const { user, password } = cluster.accounts.replication;
    const setPassword = async (words: string): Promise<void> =>
      void (await cluster.server('db-2').sql('SET sql_log_bin=0', `ALTER USER '${user}'@'%' IDENTIFIED BY '${words}'`));
    await setPassword('another');
    expect(await levels('db-2')).toMatchObject({ 'replication-account': 'block' });
    await expect(baton.promote('db-2')).rejects.toMatchObject({ code: 'refused' });
    await setPassword(password);
    expect(await levels('db-2')).toMatchObject({ 'replication-account': 'pass' });
    expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  });

  test('nobody-tests h: events with quotes in their names and another character set move along, those switched off stay off', async () => {
    await cluster
      .server('db-1')
      .sql(
        'SET NAMES latin1',
        "CREATE EVENT shop.`it's ``quoted`` \"here\"` ON SCHEDULE EVERY 1 DAY DO INSERT INTO shop.orders (uid) VALUES ('caf\xe9')",
        'CREATE EVENT shop.`off; --` ON SCHEDULE EVERY 1 DAY DISABLE DO DO 1',
        'CREATE EVENT shop.elsewhere ON SCHEDULE EVERY 1 DAY DISABLE ON SLAVE DO DO 1',
      );
    await caughtUpAll('db-1');
    const view = await baton.promote('db-2');
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    const rows = await cluster.server('db-2').sql('SELECT * FROM information_schema.EVENTS');
    expect(Object.fromEntries(rows.map((row) => [text(row, 'EVENT_NAME'), text(row, 'STATUS')]))).toEqual({
      'it\'s `quoted` "here"': 'ENABLED',
      'off; --': 'SLAVESIDE_DISABLED',
      elsewhere: 'SLAVESIDE_DISABLED',
    });
    expect(rows.map((row) => text(row, 'CHARACTER_SET_CLIENT'))).toEqual(['latin1', 'latin1', 'latin1']);
    await caughtUpAll('db-2');
  });

  test('nobody-tests d: of two operators with a plan each the second is told that the primary is another one now', async () => {
    const first = await baton.takeovers.plan({ target: 'db-3' });
    const second = await baton.takeovers.plan({ target: 'db-1' });
    const request = { accept: [], dryRun: false };
    const { operationId } = await baton.takeovers.start({ ...request, planId: first.id, actor: 'ana' });
    expect((await baton.operations.ended(operationId)).outcome).toMatch(/^succeeded/);
    const refused = await baton.takeovers
      .start({ ...request, planId: second.id, actor: 'bo' })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'outdated',
      details: { differences: expect.arrayContaining([{ what: 'primary', was: 'db-2', now: 'db-3' }]) },
    });
    expect(await writableOf(cluster.servers)).toEqual(['db-3']);
  });

  test('nobody-tests m: with three other replicas, one of them gone, it is reported as not following', async () => {
    await cluster.server('db-4').kill();
    await until(() => baton.watcher.observationOf('db-4')?.kind === 'unreachable', { what: 'db-4 is seen to be gone' });
    const view = await baton.promote('db-1');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.followUps.map(({ text: left }) => left)).toContain('db-4 does not follow db-1. On db-4 run:');
    const { port } = cluster.server('db-1');
    for (const name of ['db-2', 'db-3'])
      expect(await followed(cluster.server(name))).toMatchObject({ port, ioRunning: true, sqlRunning: true });
  });
});

describe('each on its own', () => {
  beforeEach(async () => await start());
  afterEach(end);

  test('nobody-tests f: a transaction of the target in a domain that the cluster does not use is found', async () => {
    await cluster.server('db-2').sql('SET gtid_domain_id=77', "INSERT INTO shop.orders (uid) VALUES ('aside')");
    const { checks, blocked } = await baton.takeovers.plan({ target: 'db-2' });
    expect(blocked).toBe(true);
    expect(checks).toContainEqual(
      expect.objectContaining({ code: 'errant-transactions', level: 'block', text: expect.stringContaining('77-2-1') }),
    );
  });

  test('nobody-tests g: a read_only that its configuration does not have is named without an agent, and kept with one', async () => {
    const without = await baton.promote('db-2');
    expect(without.followUps.map(({ text: left }) => left)).toEqual([
      expect.stringContaining('read_only=0 is not in the configuration of db-2'),
      expect.stringContaining('read_only=1 is not in the configuration of db-1'),
    ]);
    // Its configuration still says read_only=1.
    await cluster.server('db-2').restart();
    expect(await isReadOnly(cluster.server('db-2'))).toBe(true);
    await until(
      async () =>
        (await baton.watcher.lookNow()).problems.some(
          ({ code, server }) => code === 'primary-read-only' && server === 'db-2',
        ),
      { what: 'it is shown' },
    );
    await cluster.server('db-2').sql('SET GLOBAL read_only=0');
    await caughtUpAll('db-2');
    const agent = new FakeAgent([]);
    await baton.stop();
    baton = await startBaton(cluster, { agent: () => agent });
    expect((await baton.promote('db-3')).followUps).toEqual([]);
    expect(agent.calls).toEqual(['persist read_only=0', 'persist read_only=1']);
  });

  test.each([0, 1])(
    'nobody-tests k: there and back with gtid_strict_mode=%i, and nobody is left with a position that hangs',
    async (strict) => {
      for (const server of cluster.servers) await server.sql(`SET GLOBAL gtid_strict_mode=${strict}`);
      await baton.watcher.lookNow();
      expect((await levels('db-2'))['gtid-strict-mode']).toBe(strict === 0 ? 'warn' : undefined);
      for (const target of ['db-2', 'db-1', 'db-3']) {
        const view = await baton.promote(target);
        expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
        await caughtUpAll(target);
      }
    },
  );

  test('nobody-tests l: a named connection moves along with its name, its delay and its filter', async () => {
    const { user, password } = cluster.accounts.replication;
    const { host, port } = cluster.server('db-1');
    for (const name of ['db-2', 'db-3']) {
      const delay = name === 'db-3' ? 7 : 0;
      await cluster
        .server(name)
        .sql(
          'STOP SLAVE',
          'RESET SLAVE ALL',
          `CHANGE MASTER 'from the shop' TO MASTER_HOST='${host}', MASTER_PORT=${port}, MASTER_USER='${user}', MASTER_PASSWORD='${password}', MASTER_USE_GTID=slave_pos, MASTER_HEARTBEAT_PERIOD=1, MASTER_CONNECT_RETRY=1, MASTER_DELAY=${delay}`,
          ...(name === 'db-3' ? ["SET GLOBAL `from the shop`.replicate_ignore_table='shop.customers'"] : []),
          "START SLAVE 'from the shop'",
        );
    }
    await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
    await baton.watcher.lookNow();
    const view = await baton.promote('db-2');
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    const [status] = await cluster.server('db-3').sql('SHOW ALL SLAVES STATUS');
    expect(status).toMatchObject({
      Connection_name: 'from the shop',
      Master_Port: cluster.server('db-2').port,
      SQL_Delay: 7,
      Replicate_Ignore_Table: 'shop.customers',
      Slave_IO_Running: 'Yes',
      Slave_SQL_Running: 'Yes',
    });
    const [old] = await cluster.server('db-1').sql('SHOW ALL SLAVES STATUS');
    expect(old).toMatchObject({ Connection_name: 'from the shop', Slave_SQL_Running: 'Yes' });
  });
});
