import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, type WriteLoad } from '../sandbox/write-load.ts';
import { atStatement } from './testing/at-statement.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
beforeEach(async () => {
  cluster = await createCluster();
  // A replica that takes writes: a takeover makes it read-only before anything else.
  await cluster.server('db-3').sql('SET GLOBAL read_only=0');
  load = startWriteLoad({ servers: [cluster.server('db-1')], account: cluster.accounts.app, perSecond: 100 });
  await load.flowing();
});
afterEach(async () => {
  for (const server of cluster.servers) if (server.alive()) server.thaw();
  await load.stop();
  await baton.stop();
  await cluster.stop();
});

async function batonThatHangsDb3(then: () => Promise<void> | void): Promise<void> {
  const moment = { when: 'after', statement: 'SET GLOBAL read_only=1', on: 'db-3' } as const;
  baton = await startBaton(cluster, {
    onConnection: atStatement(moment, async () => {
      cluster.server('db-3').freeze();
      await then();
    }),
  });
}

const seen = async (server: string, kind: 'up' | 'unreachable'): Promise<void> =>
  await until(() => baton.watcher.observationOf(server)?.kind === kind, { what: `${server} is seen to be ${kind}` });

const LEFT = 'db-3 does not answer and may still refuse writes, which it took before. On db-3 run:';

test('a replica that was made read-only and hangs keeps no cancel waiting, and takes writes again when it answers', async () => {
  await batonThatHangsDb3(async () => {
    const running = baton.operations.running('erp5');
    if (running) await baton.operations.cancel(running.id, 'bo');
  });
  const startedAt = performance.now();
  const view = await baton.promote('db-2');
  expect(performance.now() - startedAt).toBeLessThan(12_000);
  expect(view.outcome).toBe('cancelled-restored');
  expect(view.summary).toContain('Restored: db-1 takes writes again.');
  expect(view.followUps).toEqual([expect.objectContaining({ text: LEFT, command: 'SET GLOBAL read_only=0' })]);
  expect(view.steps.find(({ id }) => id === 'catch-up')?.note).toContain('db-3 does not answer');
  await load.flowing();
  await seen('db-3', 'unreachable');
  cluster.server('db-3').thaw();
  await seen('db-3', 'up');
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  const late = await baton.takeovers.returned('db-3');
  expect(late).toMatchObject({ id: view.id, outcome: 'cancelled-restored', followUps: [] });
  expect(late?.summary).toContain('Restored late: db-3 answered again, and is as before.');
  expect(await writableOf(cluster.servers)).toEqual(['db-1', 'db-3']);
  // A second look finds nothing to do.
  expect(await baton.takeovers.returned('db-3')).toBeNull();
});

test('a replica that hangs in an undo and answers after a takeover that succeeded stays read-only', async () => {
  await batonThatHangsDb3(async () => {
    const running = baton.operations.running('erp5');
    if (running) await baton.operations.cancel(running.id, 'bo');
  });
  expect((await baton.promote('db-2')).outcome).toBe('cancelled-restored');
  await seen('db-3', 'unreachable');
  expect((await baton.promote('db-2')).outcome).toBe('succeeded-with-follow-ups');
  cluster.server('db-3').thaw();
  await seen('db-3', 'up');
  expect(await baton.takeovers.returned('db-3')).toBeNull();
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});
