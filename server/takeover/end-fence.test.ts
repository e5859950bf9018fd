import { expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from '../agent/fixtures.ts';
import type { Operation } from '../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { atStatement } from './testing/at-statement.ts';
import { startBaton } from './testing/baton.ts';
import { writableOf } from './testing/server-state.ts';

/** A failover from db-1, which has an agent, to db-2: `interrupt` is what befalls it before the target forgets db-1. */
async function failoverOf(cluster: SandboxCluster, interrupt: (agent: TestAgent) => Promise<void>) {
  const { socket, optionsFile: defaultsFile, persistFile } = cluster.server('db-1');
  const agent = await startTestAgent({ server: { socket, defaultsFile, persistFile } });
  const moment = { when: 'before', statement: 'RESET SLAVE', on: 'db-2' } as const;
  const baton = await startBaton(cluster, {
    agent: (server) => (server === 'db-1' ? agent.client : null),
    onConnection: atStatement(moment, async () => await interrupt(agent)),
  });
  return {
    agent,
    /** Resolves with its end. */
    async run(): Promise<Operation> {
      await cluster.server('db-1').kill();
      await until(() => baton.watcher.observationOf('db-1')?.kind === 'unreachable', {
        what: 'db-1 is seen to be gone',
      });
      return await baton.promote('db-2');
    },
    async [Symbol.asyncDispose]() {
      await baton.stop();
      await agent.remove();
    },
  };
}

test('an old primary that came back under the fence of a failover that is undone takes writes again', async () => {
  await using cluster = await createCluster();
  const [primary, target] = [cluster.server('db-1'), cluster.server('db-2')];
  await using failover = await failoverOf(cluster, async () => {
    await primary.start();
    expect(await writableOf(cluster.servers)).toEqual([]);
    await target.kill();
  });
  const view = await failover.run();
  expect(view.outcome).toBe('failed-restored');
  expect(view.steps.find(({ id }) => id === 'fence')).toMatchObject({
    state: 'undone',
    note: 'db-1 came back meanwhile, and takes writes again',
  });
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  await primary.restart();
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
});

test.each(['db-2', 'db-3'])(
  'the fence holds where somebody else has promoted %s under a failover to db-2',
  async (other) => {
    await using cluster = await createCluster();
    const [primary, target] = [cluster.server('db-1'), cluster.server('db-2')];
    await using failover = await failoverOf(cluster, async ({ client }) => {
      await until(async () => (await client.persistedReadOnly()) === true, { what: 'db-1 is fenced' });
      const { host, port } = cluster.server(other).address;
      await cluster.server(other).sql('STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only=0');
      if (other !== 'db-2')
        await target.sql('STOP SLAVE', `CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port}`, 'START SLAVE');
      await target.sql(`KILL USER ${cluster.accounts.operate.user}`);
    });
    const view = await failover.run();
    expect(view.outcome).toBe('failed-needs-hands');
    expect(view.followUps.map(({ text }) => text).join()).toContain('somebody else has promoted');
    expect(await failover.agent.client.persistedReadOnly()).toBe(true);
    await primary.start();
    expect(await writableOf(cluster.servers)).toEqual([other]);
  },
);
