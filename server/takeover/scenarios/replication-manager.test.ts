import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { longTransaction, startReplication, stopReplication } from '../../sandbox/faults.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../../sandbox/write-load.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';
import { isReadOnly, writableOf } from '../testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
const held: Connection[] = [];

const start = async (options: Parameters<typeof createCluster>[0]): Promise<void> => {
  cluster = await createCluster(options);
  baton = await startBaton({ ...cluster, longWriteSeconds: 5 });
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 50, deadlineMs: 15_000 });
  await load.flowing();
};
const end = async (): Promise<void> => {
  for (const connection of held.splice(0)) connection.destroy();
  await load.stop();
  await baton.stop();
  await cluster.stop();
};
/** Writes flow on that server, the others follow it, and it alone takes them. */
const expectPrimary = async (primary: string): Promise<void> => {
  await load.flowing();
  expect(await writableOf(cluster.servers)).toEqual([primary]);
  const { port } = cluster.server(primary);
  for (const server of cluster.servers.filter(({ name }) => name !== primary)) {
    expect(await followed(server)).toMatchObject({ port, ioRunning: true, sqlRunning: true });
  }
};
/** The steps that failed: none, and writes flow there. */
const switchTo = async (target: string): Promise<readonly unknown[]> => {
  const view = await baton.promote(target);
  await expectPrimary(target);
  return view.steps.filter(({ error }) => error !== null);
};
const blocksOf = async (target: string): Promise<string[]> => {
  const { checks } = await baton.takeovers.plan({ target });
  return checks.filter(({ level }) => level === 'block').map(({ code }) => code);
};

describe('switchover without semi-sync', () => {
  beforeAll(async () => await start({}));
  afterAll(end);

  test('testSwitchoverLongTrxWithoutCommitNoRplCheckNoSemiSync: one that never commits is named, and nothing is changed', async () => {
    const transaction = await longTransaction(cluster.server('db-1'));
    await until(
      async () => {
        const { checks } = await baton.takeovers.plan({ target: 'db-2' });
        return checks.some(({ code, level }) => code === 'long-writes' && level === 'warn');
      },
      { what: 'it is told beforehand' },
    );
    const view = await baton.promote('db-2');
    await transaction.release();
    expect(view.outcome).toBe('failed-restored');
    expect(view.summary).toContain(`connection ${transaction.connectionId} of root`);
    await expectPrimary('db-1');
  });

  test('testSwitchoverLongTransactionNoRplCheckNoSemiSync: one that ends in time is waited for, and is not lost', async () => {
    const primary = cluster.server('db-1');
    const client = await primary.session();
    held.push(client);
    await client.query('START TRANSACTION', { timeoutMs: 5_000 });
    await client.query("INSERT INTO shop.orders (uid) VALUES ('long')", { timeoutMs: 5_000 });
    // By the statistics of its own session: InnoDB's list of transactions may still show those of a test before.
    await until(
      async () =>
        (
          await primary.sql(
            `SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ${client.id} AND COMMAND = 'Sleep' AND TIME_MS > 2000`,
          )
        ).length > 0,
      { what: 'it is long' },
    );
    const id = await baton.begin('db-2');
    await until(
      () =>
        baton.published
          .findLast((view) => view.id === id)
          ?.steps.some((step) => step.id === 'long-writes' && step.waitsFor !== null) ?? false,
      { what: 'it is waited for' },
    );
    await client.query('COMMIT', { timeoutMs: 5_000 });
    expect((await baton.operations.ended(id)).steps.filter(({ error }) => error !== null)).toEqual([]);
    await expectPrimary('db-2');
    expect(await cluster.server('db-2').sql("SELECT 1 FROM shop.orders WHERE uid = 'long'")).toHaveLength(1);
  });

  test('testSwitchoverLongQueryNoRplCheckNoSemiSync: a long read holds nothing up', async () => {
    const client = await cluster.server('db-2').session();
    held.push(client);
    const sleeping = client.query('SELECT SLEEP(50)', { timeoutMs: 60_000 });
    sleeping.catch(() => undefined);
    expect(await switchTo('db-1')).toEqual([]);
  });

  test('testSwitchoverNoReadOnlyNoRplCheck: replicas that take writes are made read-only first', async () => {
    for (const name of ['db-2', 'db-3']) await cluster.server(name).sql('SET GLOBAL read_only=0');
    await baton.watcher.lookNow();
    expect(await switchTo('db-2')).toEqual([]);
  });

  test('testSwitchoverReadOnlyNoRplCheck: the old primary is read-only afterwards, and the new one is not', async () => {
    expect(await switchTo('db-1')).toEqual([]);
    expect(await isReadOnly(cluster.server('db-2'))).toBe(true);
    expect(await isReadOnly(cluster.server('db-1'))).toBe(false);
  });

  test('testSwitchover2TimesReplicationOkNoSemiSyncNoRplCheck: there and back, and nothing acknowledged is missing', async () => {
    expect(await switchTo('db-3')).toEqual([]);
    expect(await switchTo('db-1')).toEqual([]);
  });

  test('testSwitchoverAllSlavesDelayRplCheckNoSemiSync: replicas that lag on purpose are refused', async () => {
    for (const name of ['db-2', 'db-3'])
      await cluster.server(name).sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=30', 'START SLAVE');
    await baton.watcher.lookNow();
    for (const name of ['db-2', 'db-3']) expect(await blocksOf(name)).toContain('target-delay');
    for (const name of ['db-2', 'db-3'])
      await cluster.server(name).sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=0', 'START SLAVE');
  });

  test('testSwitchoverAllSlavesStopRplCheckNoSemiSync: replicas that apply nothing are refused, whoever is named', async () => {
    for (const name of ['db-2', 'db-3']) await stopReplication(cluster.server(name));
    await baton.watcher.lookNow();
    for (const name of ['db-2', 'db-3'])
      expect(await blocksOf(name)).toEqual(expect.arrayContaining(['target-sql-thread', 'target-io-thread']));
    for (const name of ['db-2', 'db-3']) await startReplication(cluster.server(name));
    const { acknowledged } = await load.stop();
    for (const name of ['db-2', 'db-3']) {
      await caughtUp(cluster.server(name), cluster.server('db-1'));
      expect(await verifyWrites(cluster.server(name), acknowledged)).toEqual([]);
    }
  });
});

describe('switchover with semi-sync', () => {
  beforeAll(async () => await start({ semiSync: true }));
  afterAll(end);

  test('testSwitchover2TimesReplicationOkSemiSyncNoRplCheck: there and on, its roles move along', async () => {
    expect(await switchTo('db-2')).toEqual([]);
    expect(await switchTo('db-3')).toEqual([]);
    const [row] = await cluster.server('db-3').sql('SELECT @@rpl_semi_sync_master_enabled AS enabled');
    expect(row?.['enabled']).toBe('1');
  });

  test('testSwitchoverBackPreferedMasterNoRplCheckSemiSync: and back to where it began', async () => {
    expect(await switchTo('db-1')).toEqual([]);
    const { acknowledged } = await load.stop();
    for (const name of ['db-2', 'db-3']) {
      await caughtUp(cluster.server(name), cluster.server('db-1'));
      expect(await verifyWrites(cluster.server(name), acknowledged)).toEqual([]);
    }
  });
});

const failOver = async (): Promise<void> => {
  await cluster.server('db-1').kill();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to be gone' });
  expect((await baton.promote('db-2')).outcome).toMatch(/^succeeded/);
};
const comesBack = async (): Promise<void> => {
  await cluster.server('db-1').start();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'up', { what: 'db-1 is back' });
  await baton.takeovers.returned('db-1');
};

describe('failover', () => {
  beforeEach(async () => await start({ semiSync: true }));
  afterEach(end);

  test('testFailoverManual: one click, and the application goes on', async () => {
    await failOver();
    await load.flowing();
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  });

  test('testFailoverSemisyncAutoRejoinSafeMSMXMS: one that comes back with nothing of its own is rejoined', async () => {
    await load.stop();
    for (const name of ['db-2', 'db-3']) await caughtUp(cluster.server(name), cluster.server('db-1'));
    await failOver();
    await comesBack();
    expect(await isReadOnly(cluster.server('db-1'))).toBe(true);
    expect((await baton.rejoin('db-1')).outcome).toMatch(/^succeeded/);
    expect(await followed(cluster.server('db-1'))).toMatchObject({
      port: cluster.server('db-2').port,
      sqlRunning: true,
    });
  });

  test('testFailoverSemisyncAutoRejoinUnsafeMSMXMS: one that comes back with more than the others is refused, with the list', async () => {
    await load.stop();
    for (const name of ['db-2', 'db-3']) {
      await caughtUp(cluster.server(name), cluster.server('db-1'));
      await stopReplication(cluster.server(name), 'io');
    }
    await cluster
      .server('db-1')
      .sql('SET GLOBAL rpl_semi_sync_master_enabled=0', "INSERT INTO shop.orders (uid) VALUES ('alone')");
    await failOver();
    await comesBack();
    expect(await isReadOnly(cluster.server('db-1'))).toBe(true);
    await expect(
      baton.rejoins.start({ server: 'db-1', dryRun: false, setAside: false, actor: 'ana' }),
    ).rejects.toMatchObject({
      code: 'refused',
    });
    const plan = await baton.rejoins.plan('db-1');
    expect(plan.extraTransactions).toMatchObject({ count: 1 });
  });
});
