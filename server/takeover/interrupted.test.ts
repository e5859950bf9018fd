import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Operation } from '../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import { startWritableProbe, type WritableProbe } from '../sandbox/writable-probe.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../sandbox/write-load.ts';
import { startBaton } from './testing/baton.ts';
import { killConsole } from './testing/kill-console.ts';
import type { AtStatement, KilledConsolePlan } from './testing/killed-console.ts';
import { writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let load: WriteLoad;
let probe: WritableProbe;
beforeEach(async () => {
  cluster = await createCluster();
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  probe = startWritableProbe({ servers: cluster.servers, account: cluster.accounts.app });
  await load.flowing();
});
afterEach(async () => {
  await load.stop();
  await probe.stop();
  await cluster.stop();
});

/** A console that dies by SIGKILL at that statement. */
async function killedConsole(
  at: AtStatement,
  begun: Pick<KilledConsolePlan, 'kind' | 'accept'> = { kind: 'switchover', accept: [] },
): Promise<void> {
  const baton = {
    dir: cluster.dir,
    servers: cluster.servers.map(({ name, host, port }) => ({ name, host, port })),
    accounts: cluster.accounts,
  };
  await killConsole({ baton, target: 'db-2', ...begun, at });
}

/** The next console takes it up; its last view. */
async function resumed(): Promise<Operation> {
  const baton = await startBaton({ ...cluster });
  try {
    const [view] = await baton.takeovers.resume();
    if (!view) throw new Error('nothing was taken up');
    const last = await baton.operations.ended(view.id);
    expect(await baton.operations.get(view.id)).toEqual(last);
    return last;
  } finally {
    await baton.stop();
  }
}

async function expectWhole(primary: string): Promise<void> {
  await load.flowing();
  expect(await writableOf(cluster.servers)).toEqual([primary]);
  const { acknowledged } = await load.stop();
  const { overlaps } = await probe.stop();
  expect(overlaps).toEqual([]);
  expect(await verifyWrites(cluster.server(primary), acknowledged)).toEqual([]);
  const { port } = cluster.server(primary);
  for (const server of cluster.servers.filter(({ name }) => name !== primary)) {
    expect(await followed(server)).toMatchObject({ port, ioRunning: true, sqlRunning: true });
    await caughtUp(server, cluster.server(primary));
    expect(await verifyWrites(server, acknowledged)).toEqual([]);
  }
}

describe('a console killed before the point of no return is undone by the next one', () => {
  test.each([
    { when: 'after', statement: 'GET_LOCK', server: 'db-3' },
    { when: 'after', statement: 'SET GLOBAL read_only=1', server: 'db-1' },
    { when: 'after', statement: 'FLUSH TABLES WITH READ LOCK', server: 'db-1' },
    { when: 'after', statement: 'STOP SLAVE', server: 'db-2' },
  ] as const)('$when $statement on $server', async (plan) => {
    await killedConsole(plan);
    const view = await resumed();
    expect(view.outcome).toBe('failed-restored');
    expect(view.interruptions.map(({ text }) => text)).toEqual([expect.stringContaining('everything is undone')]);
    expect(view.steps.some(({ state }) => state === 'running' || state === 'pending')).toBe(false);
    await expectWhole('db-1');
  });
});

describe('a console killed behind the point of no return is completed by the next one', () => {
  test.each([
    // The intent of the next step is written while this one's last statement runs.
    { when: 'after', statement: 'RESET SLAVE', server: 'db-2' },
    { when: 'before', statement: 'UNLOCK TABLES', server: 'db-1' },
    { when: 'after', statement: 'UNLOCK TABLES', server: 'db-1' },
    { when: 'after', statement: 'CHANGE MASTER', server: 'db-1' },
    { when: 'after', statement: 'START SLAVE', server: 'db-1' },
    { when: 'after', statement: 'STOP SLAVE', server: 'db-3' },
    { when: 'after', statement: 'START SLAVE', server: 'db-3' },
  ] as const)('$when $statement on $server', async (plan) => {
    await killedConsole(plan);
    const view = await resumed();
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(view.interruptions.map(({ text }) => text)).toEqual([expect.stringContaining('it goes on from there')]);
    expect(view.writeOutageMs).toBeGreaterThan(0);
    await expectWhole('db-2');
  });
});

test('writes that were allowed on the old primary again before the next console came are never left behind', async () => {
  await killedConsole({ when: 'before', statement: 'SET GLOBAL read_only=0', server: 'db-2' });
  await cluster.server('db-1').sql('SET GLOBAL read_only=0');
  await load.flowing(30_000);
  const view = await resumed();
  expect(view.outcome).toBe('failed-restored');
  expect(view.interruptions.map(({ text }) => text)).toEqual([expect.stringContaining('undone meanwhile')]);
  await expectWhole('db-1');
});

test('an old primary that comes back before the next console takes its failover up is made read-only', async () => {
  const old = cluster.server('db-1');
  await old.kill();
  await killedConsole(
    { when: 'before', statement: 'CHANGE MASTER', server: 'db-3' },
    { kind: 'failover', accept: ['replica-ahead', 'target-lag'] },
  );
  await old.start();
  expect((await writableOf(cluster.servers)).toSorted()).toEqual(['db-1', 'db-2']);
  const view = await resumed();
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(view.pointOfNoReturnPassed).toBe(true);
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

test('a console killed under the click of a failover, with the locks and no operation yet, keeps nobody from it', async () => {
  await cluster.server('db-1').kill();
  const failover = { kind: 'failover', accept: ['replica-ahead', 'target-lag'] } as const;
  await killedConsole({ when: 'after', statement: 'GET_LOCK', server: 'db-3' }, failover);
  const baton = await startBaton({ ...cluster });
  try {
    expect(await baton.operations.list({ limit: 1 })).toEqual([]);
    expect((await baton.promote('db-2', failover)).outcome).toMatch(/^succeeded/);
  } finally {
    await baton.stop();
  }
  await load.flowing();
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

test('what somebody else has promoted meanwhile is not undone by a console that takes its own takeover up', async () => {
  await cluster.server('db-1').kill();
  const accept = ['replica-ahead', 'target-lag'];
  await killedConsole({ when: 'after', statement: 'STOP SLAVE', server: 'db-2' }, { kind: 'failover', accept });
  // On a store of its own: only the locks on the servers are between the two, and they went with the first one.
  const other = await startBaton({ ...cluster, dir: join(cluster.dir, 'other') });
  try {
    expect((await other.promote('db-2', { kind: 'failover', accept })).outcome).toContain('succeeded');
  } finally {
    await other.stop();
  }
  const view = await resumed();
  expect(view.outcome).toBe('failed-needs-hands');
  expect(view.followUps.map(({ text }) => text).join()).toContain('somebody else has promoted it');
  await load.flowing();
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  expect(await followed(cluster.server('db-2'))).toBeNull();
});
