import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../sandbox/write-load.ts';
import { atStatement, type Moment } from './testing/at-statement.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { isReadOnly, writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
beforeEach(async () => {
  cluster = await createCluster();
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  await load.flowing();
});
afterEach(async () => {
  for (const server of cluster.servers) if (server.alive()) server.thaw();
  await load.stop();
  await baton.stop();
  await cluster.stop();
});

async function batonThatFreezesTargetAt(moment: Moment): Promise<void> {
  baton = await startBaton(cluster, { onConnection: atStatement(moment, () => cluster.server('db-2').freeze()) });
}

test('a target that dies between its RESET SLAVE ALL and the opening leaves the old primary with the writes, at once', async () => {
  const moment = { when: 'after', statement: 'RESET SLAVE', on: 'db-2' } as const;
  baton = await startBaton(cluster, {
    onConnection: atStatement(moment, async () => await cluster.server('db-2').kill()),
  });
  const view = await baton.promote('db-2');
  await load.flowing();
  const { largestGapMs, acknowledged } = await load.stop();
  expect(view).toMatchObject({ outcome: 'failed-restored', pointOfNoReturnPassed: false });
  expect(view.summary).toContain('Restored: db-1 takes writes again.');
  expect(view.followUps.map(({ text }) => text)).toEqual(['db-2 does not follow db-1. On db-2 run:']);
  expect(largestGapMs).toBeLessThan(5_000);
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  expect(await verifyWrites(cluster.server('db-1'), acknowledged)).toEqual([]);
});

test('a target that hangs when it is to forget its primary leaves the old primary with the writes, within seconds', async () => {
  await batonThatFreezesTargetAt({ when: 'before', statement: 'RESET SLAVE', on: 'db-2' });
  const view = await baton.promote('db-2');
  const { largestGapMs, acknowledged } = await load.stop();
  cluster.server('db-2').thaw();
  expect(view.outcome).toBe('failed-restored');
  expect(largestGapMs).toBeLessThan(15_000);
  expect(view.followUps.map(({ text }) => text)).toContain('db-2 does not follow db-1. On db-2 run:');
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  expect(await verifyWrites(cluster.server('db-1'), acknowledged)).toEqual([]);
});

test('a target that hangs in the drain of a failover is given up within seconds, and another one can be promoted', async () => {
  await batonThatFreezesTargetAt({ when: 'before', statement: 'IO_THREAD', on: 'db-2' });
  await cluster.server('db-1').kill();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to be gone' });
  const started = performance.now();
  const view = await baton.promote('db-2');
  expect(performance.now() - started).toBeLessThan(25_000);
  expect(view.outcome).toBe('failed-restored');
  expect(view.summary).toContain('db-2 does not answer: promote another replica.');
  expect(view.followUps.map(({ command }) => command)).toContain("START SLAVE '' IO_THREAD");
  const second = await baton.promote('db-3', { accept: ['unfenced', 'replica-ahead'] });
  expect(second.outcome).toMatch(/^succeeded/);
  await load.flowing();
  cluster.server('db-2').thaw();
  expect(await writableOf(cluster.servers)).toEqual(['db-3']);
  expect(await isReadOnly(cluster.server('db-2'))).toBe(true);
});
