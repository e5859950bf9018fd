import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { entriesOf } from '../operations/journal.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { stopReplication } from '../sandbox/faults.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, verifyWrites } from '../sandbox/write-load.ts';
import { atStatement } from './testing/at-statement.ts';
import { FakeAgent } from './testing/fake-agent.ts';
import { mostReceived } from './testing/most-received.ts';
import { isReadOnly, writableOf } from './testing/server-state.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
beforeEach(async () => {
  cluster = await createCluster();
  baton = await startBaton(cluster);
});
afterEach(async () => {
  await baton.stop();
  await cluster.stop();
});

async function primaryIsSeenDead(): Promise<void> {
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to be gone' });
}

/** Both replicas are level; answers what makes db-3 receive one transaction more. */
async function oneMore(): Promise<() => Promise<void>> {
  const [db1, db2, db3] = ['db-1', 'db-2', 'db-3'].map((name) => cluster.server(name));
  if (!db1 || !db2 || !db3) throw new Error('three servers');
  for (const replica of [db2, db3]) await caughtUp(replica, db1);
  const [row] = await db3.sql('SELECT @@gtid_slave_pos AS position');
  const next = Number(String(row?.['position']).split('-')[2]) + 1;
  return async () =>
    void (await db3.sql(
      'STOP SLAVE',
      `SET SESSION server_id=1, gtid_seq_no=${next}`,
      "INSERT INTO shop.orders (uid) VALUES ('under-way')",
      `SET GLOBAL gtid_slave_pos='0-1-${next}'`,
      'START SLAVE',
    ));
}

async function expectHandOver(): Promise<void> {
  const [db2, db3] = [cluster.server('db-2'), cluster.server('db-3')];
  expect(await writableOf([db2, db3])).toEqual([]);
  expect((await baton.promote('db-3')).outcome).toMatch(/^succeeded/);
  await caughtUp(db2, db3);
}

test('kill -9 of the primary and a failover end with a writable primary that the second replica follows', async () => {
  const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 200 });
  await load.flowing();
  await cluster.server('db-1').kill();
  await primaryIsSeenDead();
  const [target, other] = await mostReceived(cluster, baton);
  const view = await baton.promote(target);
  await load.flowing();
  const { acknowledged } = await load.stop();
  expect(view.kind).toBe('failover');
  expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(view.summary).toMatch(
    /^db-[23] is primary: (no lost transaction is known|at least \d+ transactions are lost)/,
  );
  const { port } = cluster.server(target);
  expect(await followed(cluster.server(other))).toMatchObject({ port, ioRunning: true, sqlRunning: true });
  await caughtUp(cluster.server(other), cluster.server(target));
  const missing = await verifyWrites(cluster.server(target), acknowledged);
  expect(await verifyWrites(cluster.server(other), acknowledged)).toEqual(missing);

  // What was acknowledged and never received is what the old primary alone has: the report counts exactly that.
  await cluster.server('db-1').start();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'up', { what: 'db-1 is back' });
  const amended = await baton.takeovers.returned('db-1');
  const lost = await verifyWrites(
    cluster.server(target),
    (await uidsOf('db-1')).filter((uid) => uid !== null),
  );
  expect(amended?.summary).toContain(lost.length === 0 ? 'nothing was lost' : `it has ${lost.length} transaction`);
  expect(missing.length).toBeLessThanOrEqual(lost.length);
  expect(await baton.takeovers.returned('db-1')).toBeNull();
});

test('an old primary that comes back while the failover still runs is made read-only when that has ended', async () => {
  await cluster.server('db-1').kill();
  await primaryIsSeenDead();
  const [target, other] = await mostReceived(cluster, baton);
  const comesBack = async (): Promise<void> => await cluster.server('db-1').start();
  const acting = await startBaton(cluster, {
    onConnection: atStatement({ when: 'before', statement: 'START SLAVE', on: other }, comesBack),
  });
  try {
    const view = await acting.promote(target);
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect((await writableOf(cluster.servers)).toSorted()).toEqual(['db-1', target]);
    const amended = await acting.takeovers.ended(view);
    expect(amended?.summary).toContain('It took writes, and was made read-only');
    expect(await writableOf(cluster.servers)).toEqual([target]);
  } finally {
    await acting.stop();
  }
});

async function uidsOf(server: string): Promise<string[]> {
  return (await cluster.server(server).sql('SELECT uid FROM shop.orders')).map((row) => String(row['uid']));
}

test('transactions that no replica had received are counted exactly when the old primary comes back', async () => {
  for (const name of ['db-2', 'db-3']) {
    await caughtUp(cluster.server(name), cluster.server('db-1'));
    await stopReplication(cluster.server(name), 'io');
  }
  await cluster.server('db-1').sql(...[1, 2, 3].map((n) => `INSERT INTO shop.orders (uid) VALUES ('only-here-${n}')`));
  await baton.watcher.lookNow();
  await cluster.server('db-1').kill();
  await primaryIsSeenDead();
  const plan = await baton.takeovers.plan({ target: 'db-2' });
  expect(plan.cost).toMatchObject({ transactionsLost: 3, lossKnown: 'at-least' });
  expect(plan.confirm).toBe('db-2');
  const view = await baton.promote('db-2');
  expect(view.summary).toContain('at least 3 transactions are lost');
  await cluster.server('db-1').start();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'up', { what: 'db-1 is back' });
  const amended = await baton.takeovers.returned('db-1');
  expect(amended?.summary).toMatch(/db-1 is back: it has 3 transactions that nobody else has \(0-1-\d+…\d+\)/);
  expect((await baton.operations.get(view.id)).summary).toBe(amended?.summary);
});

test('what the target has received and not applied is applied before it is promoted', async () => {
  const [primary, target] = [cluster.server('db-1'), cluster.server('db-2')];
  await stopReplication(cluster.server('db-3'), 'io');
  const blocker = await target.session();
  await blocker.query('LOCK TABLES shop.orders WRITE', { timeoutMs: 5_000 });
  await primary.sql(...Array.from({ length: 50 }, (_, n) => `INSERT INTO shop.orders (uid) VALUES ('received-${n}')`));
  const [row] = await primary.sql('SELECT @@gtid_binlog_pos AS position');
  await until(async () => (await target.sql('SHOW ALL SLAVES STATUS'))[0]?.['Gtid_IO_Pos'] === row?.['position'], {
    what: 'db-2 has received everything',
  });
  await primary.kill();
  await primaryIsSeenDead();
  const id = await baton.begin('db-2', { kind: 'failover' });
  await until(
    () => baton.published.at(-1)?.steps.some((step) => step.id === 'drain' && step.waitsFor !== null) ?? false,
    {
      what: 'the drain waits',
    },
  );
  blocker.destroy();
  const view = await baton.operations.ended(id);
  expect(view.outcome).toMatch(/^succeeded/);
  const [count] = await target.sql("SELECT COUNT(*) AS n FROM shop.orders WHERE uid LIKE 'received-%'");
  expect(Number(count?.['n'])).toBe(50);
});

test.each([true, false, null])(
  'a failover that is undone puts back what was written for the next start of the old primary: %s',
  async (before) => {
    const agent = new FakeAgent([]);
    agent.persisted = before;
    await baton.stop();
    baton = await startBaton(cluster, {
      agent: (server) => (server === 'db-1' ? agent : null),
      onConnection: atStatement({ when: 'before', statement: 'STOP SLAVE', on: 'db-2' }, () => {
        expect(agent.persisted).toBe(true);
        throw new SqlError('statement', 1205, 'the target refuses');
      }),
    });
    await cluster.server('db-1').kill();
    await primaryIsSeenDead();
    expect((await baton.promote('db-2')).outcome).toBe('failed-restored');
    expect(agent.persisted).toBe(before);
  },
);

describe('a replica that read what was under way after the plan has more than the target: nothing is promoted over that', () => {
  test('as the look of the click finds', async () => {
    const receive = await oneMore();
    await cluster.server('db-1').kill();
    await primaryIsSeenDead();
    const { id: planId } = await baton.takeovers.plan({ target: 'db-2' });
    await receive();
    await expect(
      baton.takeovers.start({ planId, accept: [], confirm: 'db-2', dryRun: false, actor: 'ana' }),
    ).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('db-3 has received 1 transaction') });
    expect(await baton.operations.list({ limit: 1 })).toEqual([]);
    await expectHandOver();
  });

  test('as the replica tells that had a connection at that look', async () => {
    const receive = await oneMore();
    const old = cluster.server('db-1');
    old.freeze();
    try {
      await baton.stop();
      baton = await startBaton(cluster, {
        onConnection: atStatement({ when: 'before', statement: 'SHOW ALL SLAVES STATUS', on: 'db-3' }, receive),
      });
      await primaryIsSeenDead();
      const view = await baton.promote('db-2', { accept: ['unfenced'] });
      expect([view.outcome, view.summary]).toEqual([
        'failed-restored',
        expect.stringContaining('db-3 has received 1 transaction that db-2 has not: fail over to db-3'),
      ]);
      await old.kill();
    } finally {
      if (old.alive()) old.thaw();
    }
    await primaryIsSeenDead();
    await expectHandOver();
  });
});

test('where another one holds a lock nothing is announced, so that nobody undoes what was not begun', async () => {
  await cluster.server('db-1').kill();
  await primaryIsSeenDead();
  const { id: planId } = await baton.takeovers.plan({ target: 'db-2' });
  const db3 = cluster.server('db-3');
  const other = await connect({ ...db3.address, ...cluster.accounts.operate }, 5_000);
  try {
    await other.query("SELECT GET_LOCK('baton.takeover', 0)", { timeoutMs: 5_000 });
    const asked = { planId, accept: ['replica-ahead'], confirm: 'db-2', dryRun: false, actor: 'ana' };
    const { operationId } = await baton.takeovers.start(asked);
    expect((await baton.operations.ended(operationId)).outcome).toBe('refused');
    const entries = entriesOf(await baton.store.journal.entries(operationId));
    const announced = entries.filter(({ kind }) => kind === 'intent').map(({ step }) => step);
    expect(announced).toEqual(['lock', 'record', 'confirm-dead']);
  } finally {
    other.destroy();
  }
});

test('clicks at two consoles at once, on one store and for one target, are one operation', async () => {
  const other = await startBaton(cluster);
  try {
    await cluster.server('db-1').kill();
    await primaryIsSeenDead();
    const [target] = await mostReceived(cluster, baton);
    const clicks = await Promise.all(
      [baton, other].map(async ({ takeovers }) => {
        const { id: planId } = await takeovers.plan({ target });
        return async () => await takeovers.start({ planId, accept: [], confirm: target, dryRun: false, actor: 'ana' });
      }),
    );
    const [one, two] = await Promise.all(clicks.map(async (click) => await click()));
    expect(one).toEqual(two);
    const views = await Promise.all([baton, other].map(({ operations }) => operations.ended(one?.operationId ?? '')));
    expect(views.map(({ outcome }) => outcome)).toContainEqual(expect.stringMatching(/^succeeded/));
    expect(await baton.operations.list({ limit: 9 })).toHaveLength(1);
  } finally {
    await other.stop();
  }
});

test('a hung primary is only given up when no replica hears from it', async () => {
  cluster.server('db-1').freeze();
  try {
    await primaryIsSeenDead();
    const plan = await baton.takeovers.plan({ target: 'db-2' });
    expect(plan.checks.filter(({ level }) => level === 'block').map(({ code }) => code)).toEqual(['unfenced']);
    const view = await baton.promote('db-2', { accept: ['unfenced'] });
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(await isReadOnly(cluster.server('db-2'))).toBe(false);
    // Thawed it still takes writes: its configuration is not asked until it starts.
    cluster.server('db-1').thaw();
    await until(() => baton.watcher.observationOf('db-1')?.kind === 'up', { what: 'db-1 is back' });
    const amended = await baton.takeovers.returned('db-1');
    expect(amended?.summary).toContain('It took writes, and was made read-only');
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  } finally {
    cluster.server('db-1').thaw();
  }
});
