import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { atStatement } from './testing/at-statement.ts';
import { startBaton, throughFronts, type TestBaton } from './testing/baton.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
beforeAll(async () => {
  cluster = await createCluster({ fronts: true });
  const stopped = { when: 'after', statement: 'IO_THREAD', on: 'db-2' } as const;
  baton = await startBaton(throughFronts(cluster), {
    onConnection: atStatement(stopped, async () => await cluster.front('db-2').cut()),
  });
});
afterAll(async () => {
  await baton.stop();
  await cluster.stop();
});

const seenAs = async (server: string, kind: 'up' | 'unreachable'): Promise<void> =>
  await until(() => baton.watcher.observationOf(server)?.kind === kind, { what: `${server} is seen ${kind}` });

test('a target that refuses connections may run on without receiving: that is said, and put right when it answers', async () => {
  await cluster.server('db-1').kill();
  await seenAs('db-1', 'unreachable');
  const view = await baton.promote('db-2', { accept: ['unfenced'] });
  expect(view.outcome).toBe('failed-restored');
  expect(view.followUps.map(({ command }) => command)).toContain("START SLAVE '' IO_THREAD");
  const receives = async (): Promise<unknown> =>
    (await cluster.server('db-2').sql('SHOW SLAVE STATUS'))[0]?.['Slave_IO_Running'];
  expect(await receives()).toBe('No');
  await cluster.front('db-2').restore();
  await seenAs('db-2', 'up');
  const amended = await baton.takeovers.returned('db-2');
  expect(amended?.followUps).toEqual([]);
  expect(amended?.summary).toContain('Restored late: db-2 answered again');
  // The primary is gone: it tries.
  expect(await receives()).toBe('Connecting');
});
