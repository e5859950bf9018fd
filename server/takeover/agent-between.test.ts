import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentToken, startAgentProcesses, type AgentProcesses } from '../agent/testing/agent-processes.ts';
import type { Operation } from '../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { atStatement, type Moment } from './testing/at-statement.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { isReadOnly } from './testing/server-state.ts';

/** db-2 runs with TCP off: the console reaches it through its agent, a process that dies in the middle. */
let cluster: SandboxCluster;
let agents: AgentProcesses;
let baton: TestBaton | null = null;
beforeAll(async () => {
  cluster = await createCluster({ replicas: 1, settingsOf: { 'db-2': { skip_networking: 1 } } });
  agents = await startAgentProcesses(cluster, ({ socket, optionsFile: defaultsFile, persistFile }) => ({
    server: { socket, defaultsFile, persistFile, tunnel: true },
  }));
});
afterAll(async () => {
  await baton?.stop();
  await agents?.stop();
  await cluster?.stop();
});

async function detachAndDieAt(moment: Moment): Promise<Operation> {
  return await detach(moment, async () => await agents.of('db-2').restart());
}

async function detach(moment: Moment, act: () => Promise<void>): Promise<Operation> {
  await baton?.stop();
  baton = await startBaton(
    {
      ...cluster,
      servers: cluster.servers.map(({ name, host, port }) =>
        name === 'db-2' ? { name, host, port, reach: 'agent' } : { name, host, port },
      ),
      agents: { 'db-2': { url: agents.of('db-2').url, token: agentToken } },
    },
    { onConnection: atStatement(moment, act) },
  );
  return await baton.promote('db-2', { kind: 'detach' });
}

test('an agent that dies before the point of no return is a lost connection: all is as it was', async () => {
  const view = await detachAndDieAt({ when: 'before', statement: 'RESET SLAVE', on: 'db-2' });
  expect(view).toMatchObject({ outcome: 'failed-restored', pointOfNoReturnPassed: false });
  expect(await followed(cluster.server('db-2'))).toMatchObject({ sqlRunning: true });
  await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
  expect(await isReadOnly(cluster.server('db-2'))).toBe(true);
});

test('an agent that stays away keeps no undo waiting: what it could not do is said, and done when the agent is back', async () => {
  const stopped = { when: 'after', statement: 'IO_THREAD', on: 'db-2' } as const;
  const view = await detach(stopped, async () => await agents.of('db-2').end('SIGKILL'));
  expect(view.outcome).toBe('failed-restored');
  expect(view.followUps.map(({ command }) => command)).toEqual(["START SLAVE '' IO_THREAD"]);
  await agents.of('db-2').start();
  await until(() => baton?.watcher.observationOf('db-2')?.kind === 'up', { what: 'db-2 is seen up' });
  expect((await baton?.takeovers.returned('db-2'))?.followUps).toEqual([]);
  await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
});

test('an agent that dies as the server is opened is looked through again, and the takeover goes on', async () => {
  const view = await detachAndDieAt({ when: 'after', statement: 'SET GLOBAL read_only=0', on: 'db-2' });
  expect(view).toMatchObject({ outcome: 'succeeded', pointOfNoReturnPassed: true });
  expect(await followed(cluster.server('db-2'))).toBeNull();
  expect(await isReadOnly(cluster.server('db-2'))).toBe(false);
});
