import { afterEach, beforeEach, expect, test } from 'vitest';
import { BatonError } from '../contract/errors.ts';
import type { Operation } from '../contract/operation.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { longTransaction, tableLock } from '../sandbox/faults.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../sandbox/write-load.ts';
import { FakeAgent } from './testing/fake-agent.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { touched, writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
beforeEach(async () => {
  cluster = await createCluster();
  baton = await startBaton({ ...cluster, longWriteSeconds: 2 });
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  await load.flowing();
});
afterEach(async () => {
  await load.stop();
  await baton.stop();
  await cluster.stop();
});

const inStep = (id: string, step: string): boolean => {
  const view = baton.published.findLast((published) => published.id === id);
  const now = view?.steps.find((candidate) => candidate.id === step);
  return now?.state === 'running' && now.waitsFor !== null;
};

/** Writes pass on db-1, nobody else takes any, the replicas follow, and nothing acknowledged is missing. */
async function expectRestored(view: Operation): Promise<void> {
  await load.flowing();
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  const { acknowledged } = await load.stop();
  for (const name of ['db-2', 'db-3']) {
    await caughtUp(cluster.server(name), cluster.server('db-1'));
    expect(await verifyWrites(cluster.server(name), acknowledged)).toEqual([]);
  }
  expect(view.pointOfNoReturnPassed).toBe(false);
  expect(view.steps.some(({ state }) => state === 'running' || state === 'pending')).toBe(false);
  expect(view.summary).toContain('Restored: db-1 takes writes again.');
}

test('a cancel before the point of no return restores: writes pass again on the old primary', async () => {
  const blocker = await tableLock(cluster.server('db-2'));
  // Under the lock the target falls behind: the takeover waits for it, first with writes flowing.
  const id = await baton.begin('db-2');
  await until(() => inStep(id, 'catch-up'), { what: 'it waits for the target' });
  await baton.operations.cancel(id, 'bo');
  const view = await baton.operations.ended(id);
  await blocker.release();
  expect(view.outcome).toBe('cancelled-restored');
  expect(view.cancelRequested).toBe(true);
  await expectRestored(view);
});

test('a target that cannot apply during the drain is given up, and the old primary takes writes again', async () => {
  await baton.stop();
  const locker = await cluster.server('db-2').session();
  // The freeze asks the agent first: by then the target is level, and from here on it can't apply any more.
  const agent = new FakeAgent(['mariadb_update'], async () => {
    await locker.query('FLUSH TABLES WITH READ LOCK', { timeoutMs: 5_000 });
    await load.flowing();
  });
  baton = await startBaton({ ...cluster, budgetSeconds: 4 }, { agent: (server) => (server === 'db-1' ? agent : null) });
  const view = await baton.promote('db-2');
  locker.destroy();
  expect(view.outcome).toBe('failed-restored');
  expect(view.steps.find(({ id }) => id === 'drain')?.error).toMatch(/did not reach/);
  expect(view.summary).toMatch(/^Drain failed: db-2 stands at .* and did not reach .* in time\./);
  expect(agent.calls).toEqual(['disable mariadb_update', 'enable mariadb_update']);
  await expectRestored(view);
});

test('a long write is waited for, named, and never ended; where it goes on, nothing has been changed', async () => {
  const held = await longTransaction(cluster.server('db-1'));
  await until(
    async () =>
      (
        await cluster
          .server('db-1')
          .sql(
            'SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_rows_modified > 0 AND trx_started < NOW() - INTERVAL 1 SECOND',
          )
      ).length > 0,
    { what: 'it is long' },
  );
  const before = await touched(cluster.server('db-1'));
  const view = await baton.promote('db-2');
  expect(view.outcome).toBe('failed-restored');
  expect(view.summary).toMatch(
    new RegExp(`connection ${held.connectionId} of root, open for \\d+ s with 1 row changed`),
  );
  expect(view.writeOutageMs).toBeNull();
  expect(await touched(cluster.server('db-1'))).toBe(before);
  await held.release();
  await expectRestored(view);
});

test("a lock of somebody else's that keeps read_only from being set gives the freeze up, and writes pass again", async () => {
  const held = await tableLock(cluster.server('db-1'));
  const view = await baton.promote('db-2');
  await held.release();
  expect(view.outcome).toBe('failed-restored');
  expect(view.steps.find(({ id }) => id === 'freeze')?.error).toMatch(/Lock wait timeout/);
  await expectRestored(view);
});

test('a target that dies after it forgot its primary leaves the old primary with the writes', async () => {
  await baton.stop();
  baton = await startBaton(cluster, {
    onConnection: (server, connection) => {
      if (server !== 'db-2') return;
      const query = connection.query.bind(connection);
      connection.query = async (sql, options) => {
        const rows = await query(sql, options);
        if (sql.startsWith('RESET SLAVE')) {
          await cluster.server('db-2').kill();
          throw new SqlError('lost', 0, 'the server closed the connection');
        }
        return rows;
      };
    },
  });
  const view = await baton.promote('db-2');
  await load.flowing();
  expect(view.outcome).toBe('failed-restored');
  expect(view.summary).toContain('Restored: db-1 takes writes again.');
  expect(view.followUps.map(({ text }) => text)).toEqual(['db-2 does not follow db-1. On db-2 run:']);
  expect(view.followUps[0]?.command).toMatch(
    /^CHANGE MASTER '' TO MASTER_HOST='127.0.0.1'.*MASTER_PASSWORD='•••'.*START SLAVE ''$/,
  );
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
});

test('a dry run changes nothing on any server', async () => {
  const before = await Promise.all(
    ['db-1', 'db-2', 'db-3'].map(async (name) => (await touched(cluster.server(name))).replace(/"slave":"[^"]*"/, '')),
  );
  const view = await baton.promote('db-2', { dryRun: true });
  expect(view).toMatchObject({ outcome: 'succeeded', dryRun: true, pointOfNoReturnPassed: false, writeOutageMs: null });
  expect(view.steps.filter(({ state }) => state === 'done').map(({ id }) => id)).toEqual(['lock', 'record']);
  expect(
    view.steps.filter(({ id }) => id !== 'lock' && id !== 'record').every(({ state }) => state === 'not-run'),
  ).toBe(true);
  const after = await Promise.all(
    ['db-1', 'db-2', 'db-3'].map(async (name) => (await touched(cluster.server(name))).replace(/"slave":"[^"]*"/, '')),
  );
  expect(after).toEqual(before);
});

test('two clicks at once are one operation; another target is told which one runs', async () => {
  const plan = await baton.takeovers.plan({ target: 'db-2' });
  const other = await baton.takeovers.plan({ target: 'db-3' });
  const request = { planId: plan.id, accept: [], dryRun: false, actor: 'ana' };
  const [first, second] = await Promise.all([
    baton.takeovers.start(request),
    baton.takeovers.start({ ...request, actor: 'bo' }),
  ]);
  expect(second).toEqual(first);
  const refused = await baton.takeovers.start({ ...request, planId: other.id }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BatonError);
  expect(refused).toMatchObject({ code: 'already-running', details: first });
  await baton.operations.ended(first.operationId);
});

test('a click whose look falls into the steps of another, and one after the end, are that same operation', async () => {
  await baton.stop();
  const look = Promise.withResolvers<boolean>();
  const lookBegan = Promise.withResolvers<boolean>();
  let holding = false;
  baton = await startBaton(cluster, {
    onConnection: (server, connection) => {
      if (server !== 'db-2') return;
      const query = connection.query.bind(connection);
      connection.query = async (sql, options) => {
        if (holding && sql === 'SHOW GRANTS') {
          holding = false;
          lookBegan.resolve(true);
          await look.promise;
        }
        return await query(sql, options);
      };
    },
  });
  const [mine, other] = [
    await baton.takeovers.plan({ target: 'db-2' }),
    await baton.takeovers.plan({ target: 'db-2' }),
  ];
  const request = { planId: mine.id, accept: [], dryRun: false, actor: 'ana' };
  holding = true;
  const slow = baton.takeovers.start({ ...request, planId: other.id });
  await lookBegan.promise;
  const first = await baton.takeovers.start(request);
  await until(
    () => baton.published.some(({ steps }) => steps.some(({ id, state }) => id === 'lock' && state === 'done')),
    {
      what: 'the first one holds the locks',
    },
  );
  look.resolve(true);
  expect(await slow).toEqual(first);
  await baton.operations.ended(first.operationId);
  expect(await baton.takeovers.start({ ...request, actor: 'bo' })).toEqual(first);
});

test('a plan that reality has left behind is refused with what has changed', async () => {
  const plan = await baton.takeovers.plan({ target: 'db-2' });
  await baton.promote('db-3');
  const refused = await baton.takeovers
    .start({ planId: plan.id, accept: [], dryRun: false, actor: 'ana' })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'outdated',
    details: { differences: expect.arrayContaining([{ what: 'primary', was: 'db-1', now: 'db-3' }]) },
  });
});

test("somebody else's takeover lock on one server refuses, names its holder, and holds nothing afterwards", async () => {
  const plan = await baton.takeovers.plan({ target: 'db-2' });
  const other = await cluster.server('db-3').session();
  await other.query("SELECT GET_LOCK('baton.takeover', 0)", { timeoutMs: 5_000 });
  const refused = await baton.takeovers
    .start({ planId: plan.id, accept: [], dryRun: false, actor: 'ana' })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'refused' });
  expect(String(refused)).toMatch(/Another takeover holds the lock on db-3: root from/);
  other.destroy();
});

test('a connection that is lost under the opening statement is looked at, and the takeover goes on', async () => {
  await baton.stop();
  let lost = false;
  baton = await startBaton(cluster, {
    onConnection: (server, connection) => {
      if (server !== 'db-2') return;
      const query = connection.query.bind(connection);
      connection.query = async (sql, options) => {
        if (lost || sql !== 'SET GLOBAL read_only=0') return await query(sql, options);
        lost = true;
        connection.destroy();
        throw new SqlError('lost', 0, 'the server closed the connection');
      };
    },
  });
  const view = await baton.promote('db-2');
  await load.flowing();
  expect(lost).toBe(true);
  expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

test('an opening that the server refuses is undone: the point of no return was not passed', async () => {
  await baton.stop();
  baton = await startBaton(cluster, {
    onConnection: (server, connection) => {
      if (server !== 'db-2') return;
      const query = connection.query.bind(connection);
      connection.query = async (sql, options) => {
        if (sql === 'SET GLOBAL read_only=0') throw new SqlError('statement', 1227, 'Access denied; READ_ONLY ADMIN');
        return await query(sql, options);
      };
    },
  });
  const view = await baton.promote('db-2');
  expect(view.outcome).toBe('failed-restored');
  await expectRestored(view);
});

test('a replica that is down is left behind by name, and keeps nobody from taking over', async () => {
  await cluster.server('db-3').kill();
  await until(() => baton.watcher.observationOf('db-3')?.kind === 'unreachable', { what: 'db-3 is seen to be gone' });
  const view = await baton.promote('db-2');
  await load.flowing();
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(view.followUps.map(({ text }) => text)).toContain('db-3 does not follow db-2. On db-3 run:');
  expect(view.steps.find(({ id }) => id === 're-point-others')?.note).toContain("db-3 can't be reached");
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

test('a replica whose STOP SLAVE hangs behind a lock is freed by ending its SQL thread, and follows without a loss', async () => {
  const held = await tableLock(cluster.server('db-3'));
  await load.flowing();
  const id = await baton.begin('db-2');
  const stateOf = (step: string): string | undefined =>
    baton.published.at(-1)?.steps.find((candidate) => candidate.id === step)?.state;
  await until(() => stateOf('re-point-others') === 'done', { what: 'db-3 is re-pointed under its lock' });
  await held.release();
  const view = await baton.operations.ended(id);
  expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(view.steps.find((step) => step.id === 're-point-others')?.statements.join('\n')).toMatch(
    /KILL CONNECTION \d+;.*db-3/,
  );
  const { acknowledged } = await load.stop();
  await caughtUp(cluster.server('db-3'), cluster.server('db-2'));
  expect(await verifyWrites(cluster.server('db-3'), acknowledged)).toEqual([]);
});
