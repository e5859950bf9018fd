import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../contract/snapshot.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { errantTransaction, stopReplication } from '../../sandbox/faults.ts';
import { caughtUp, follow, followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startWriteLoad, type WriteLoad } from '../../sandbox/write-load.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';
import { isReadOnly, writableOf } from '../testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
/** So that a first write on the new primary is soon seen. */
let load: WriteLoad;

const start = async (options: Parameters<typeof createCluster>[0]): Promise<void> => {
  cluster = await createCluster(options);
  baton = await startBaton(cluster);
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 50 });
};
const end = async (): Promise<void> => {
  await load.stop();
  await baton.stop();
  await cluster.stop();
};
const insert = async (server: string, uid: string): Promise<void> =>
  void (await cluster.server(server).sql(`INSERT INTO shop.orders (uid) VALUES ('${uid}')`));
const blocksOf = async (target: string): Promise<string[]> => {
  const { checks } = await baton.takeovers.plan({ target });
  return checks.filter(({ level }) => level === 'block').map(({ code }) => code);
};
const problems = async (): Promise<ProblemCode[]> => (await baton.watcher.lookNow()).problems.map(({ code }) => code);
const gone = async (server: string): Promise<void> => {
  await cluster.server(server).kill();
  await until(() => baton.watcher.observationOf(server)?.kind === 'unreachable', {
    what: `${server} is seen to be gone`,
  });
};
const expectFollowing = async (primary: string, ...replicas: string[]): Promise<void> => {
  const { port } = cluster.server(primary);
  for (const name of replicas) {
    expect(await followed(cluster.server(name))).toMatchObject({ port, ioRunning: true, sqlRunning: true });
    expect(await isReadOnly(cluster.server(name))).toBe(true);
    await caughtUp(cluster.server(name), cluster.server(primary));
  }
  expect(await writableOf(cluster.servers)).toEqual([primary]);
};

describe('a living primary with three replicas, one of them behind another', () => {
  beforeAll(async () => {
    await start({ replicas: 3 });
    await follow(cluster.server('db-4'), cluster.server('db-2').address, cluster.accounts.replication);
    await caughtUp(cluster.server('db-4'), cluster.server('db-2'));
  });
  afterAll(end);

  test('graceful-master-takeover-fail-no-target: a server that the cluster does not have is refused with those it has', async () => {
    await expect(baton.takeovers.plan({ target: 'db-9' })).rejects.toMatchObject({
      code: 'not-found',
      details: { known: ['db-1', 'db-2', 'db-3', 'db-4'] },
    });
  });

  test('graceful-master-takeover-fail-non-direct-replica: a replica of a replica can only be detached', async () => {
    expect(await baton.takeovers.plan({ target: 'db-4' })).toMatchObject({ kind: 'detach', kinds: ['detach'] });
    const asked = await baton.takeovers.plan({ target: 'db-4', kind: 'switchover' });
    expect(asked.blocked).toBe(true);
    expect(asked.checks).toContainEqual(
      expect.objectContaining({
        code: 'target-replicates',
        level: 'block',
        text: expect.stringContaining('db-4 replicates from db-2, itself a replica'),
        fix: expect.stringContaining('baton rejoin erp5/db-4'),
      }),
    );
  });

  test('recover-read-only-master: a primary that somebody made read-only is shown as critical, with the statement', async () => {
    await cluster.server('db-1').sql('SET GLOBAL read_only=1');
    const { problems: found } = await baton.watcher.lookNow();
    await cluster.server('db-1').sql('SET GLOBAL read_only=0');
    expect(found).toContainEqual(
      expect.objectContaining({
        code: 'primary-read-only',
        level: 'critical',
        server: 'db-1',
        fix: 'SET GLOBAL read_only=0',
      }),
    );
  });

  test('relocate-single: a replica of a replica is made one of the primary by a rejoin', async () => {
    const view = await baton.rejoin('db-4');
    expect(view.outcome).toMatch(/^succeeded/);
    await expectFollowing('db-1', 'db-2', 'db-3', 'db-4');
  });

  test('gtid-no-errant: under writes no replica looks errant', async () => {
    for (const n of [1, 2, 3]) {
      await insert('db-1', `no-errant-${n}`);
      expect(await problems()).not.toContain('errant-transactions');
    }
  });

  test('graceful-master-takeover: everybody follows the named one, and the old primary is a read-only replica', async () => {
    const view = await baton.promote('db-2');
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    await expectFollowing('db-2', 'db-1', 'db-3', 'db-4');
  });

  test('gtid-errant: a transaction that only a replica has is shown, and keeps it from being promoted', async () => {
    await errantTransaction(cluster.server('db-4'));
    await until(async () => (await problems()).includes('errant-transactions'), { what: 'it is shown' });
    expect(await blocksOf('db-4')).toContain('errant-transactions');
  });

  test('intermediate-master-failover: what hung below a dead replica is brought back below the primary by a rejoin', async () => {
    await follow(cluster.server('db-3'), cluster.server('db-1').address, cluster.accounts.replication);
    await caughtUp(cluster.server('db-3'), cluster.server('db-1'));
    await gone('db-1');
    expect((await baton.takeovers.plan({ target: 'db-3' })).kinds).toEqual(['detach']);
    expect((await baton.rejoin('db-3')).outcome).toMatch(/^succeeded/);
    await insert('db-2', 'after-the-dead-one');
    const { port } = cluster.server('db-2');
    expect(await followed(cluster.server('db-3'))).toMatchObject({ port, ioRunning: true, sqlRunning: true });
  });
});

describe('a dead primary', () => {
  beforeEach(async () => await start({ replicas: 2 }));
  afterEach(end);

  test('master-failover: the named replica takes writes, and the other follows it', async () => {
    await gone('db-1');
    expect((await baton.promote('db-2')).outcome).toMatch(/^succeeded/);
    await insert('db-2', 'after');
    await expectFollowing('db-2', 'db-3');
  });

  test('master-failover-candidate: any replica can be named, not only the first', async () => {
    await gone('db-1');
    expect((await baton.promote('db-3')).outcome).toMatch(/^succeeded/);
    await expectFollowing('db-3', 'db-2');
  });

  test('master-failover-candidate-lag: a candidate that has received less is refused, and the other one named', async () => {
    await stopReplication(cluster.server('db-2'), 'io');
    await insert('db-1', 'not-received');
    await caughtUp(cluster.server('db-3'), cluster.server('db-1'));
    await gone('db-1');
    const { checks } = await baton.takeovers.plan({ target: 'db-2' });
    expect(checks).toContainEqual(
      expect.objectContaining({
        code: 'replica-ahead',
        level: 'block',
        server: 'db-3',
        fix: expect.stringContaining('Promote db-3 instead'),
      }),
    );
    expect((await baton.promote('db-3')).outcome).toMatch(/^succeeded/);
    await expectFollowing('db-3', 'db-2');
  });

  test('master-failover-lost-replicas: a replica that is gone as well is left to do by name', async () => {
    await gone('db-3');
    await gone('db-1');
    const view = await baton.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.followUps.map(({ text }) => text)).toContain('db-3 does not follow db-2. On db-3 run:');
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  });

  test('co-master-failover: of two that replicate from each other the living one is promoted', async () => {
    await follow(cluster.server('db-1'), cluster.server('db-2').address, cluster.accounts.replication);
    await caughtUp(cluster.server('db-1'), cluster.server('db-2'));
    expect((await baton.takeovers.plan({ target: 'db-2' })).oldPrimary).toBe('db-1');
    await gone('db-1');
    const view = await baton.promote('db-2', { kind: 'failover' });
    expect(view.outcome).toMatch(/^succeeded/);
    await expectFollowing('db-2', 'db-3');
  });
});

/** Whether the plan says that commits wait. */
const told = async (): Promise<boolean> => {
  const { checks } = await baton.takeovers.plan({ target: 'db-2' });
  return checks.some(
    ({ code, level, text }) => code === 'semi-sync' && level === 'warn' && /wait for an acknowledgement/.test(text),
  );
};

describe('a semi-synchronous primary whose replicas acknowledge nothing', () => {
  beforeAll(async () => await start({ semiSync: true, settings: { rpl_semi_sync_master_timeout: 30_000 } }));
  afterAll(end);

  test('analysis-locked-semi-sync-master: the commits that wait are told before anything is frozen', async () => {
    for (const name of ['db-2', 'db-3']) await stopReplication(cluster.server(name), 'io');
    const client = await cluster.server('db-1').session();
    const waiting = client.query("INSERT INTO shop.orders (uid) VALUES ('waits')", { timeoutMs: 60_000 });
    waiting.catch(() => undefined);
    await until(told, { what: 'the waiting commit is told' });
    expect(await blocksOf('db-2')).toContain('target-io-thread');
    expect(await writableOf(cluster.servers)).toEqual(['db-1']);
    client.destroy();
  });
});
