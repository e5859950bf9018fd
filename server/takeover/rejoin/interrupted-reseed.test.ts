import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentToken, startAgentProcesses, type AgentProcesses } from '../../agent/testing/agent-processes.ts';
import type { Operation } from '../../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { fillWithData } from '../../sandbox/faults.ts';
import { rowOf } from '../../operations/journal.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { openStore } from '../../store/open-store.ts';
import { startBaton } from '../testing/baton.ts';
import type { KilledReseedPlan } from '../testing/killed-reseed.ts';
import { writableOf } from '../testing/server-state.ts';

/** Agents are processes, and servers are stopped and started by a command: on a busy machine all of that takes its time. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let cluster: SandboxCluster;
let agents: AgentProcesses;
beforeEach(async () => {
  cluster = await createCluster({ replicas: 1 });
  agents = await startAgentProcesses(cluster);
  const [primary, server] = [cluster.server('db-1'), cluster.server('db-2')];
  await caughtUp(server, primary);
  await server.sql('STOP SLAVE', 'RESET SLAVE ALL', "INSERT INTO shop.orders (uid) VALUES ('own')");
  await primary.sql("INSERT INTO shop.orders (uid) VALUES ('missed')");
});
afterEach(async () => {
  await agents.stop();
  await cluster.stop();
});

const batonParts = () => ({ agent: (server: string) => agents.of(server).client });

/** A console that dies by SIGKILL when that step of a reseed of db-2 begins, or once it waits. */
async function killedConsole(step: string, waiting = false): Promise<void> {
  const file = join(cluster.dir, 'killed-console.json');
  const servers = cluster.servers.map(({ name, host, port }) => ({ name, host, port }));
  const baton = { dir: cluster.dir, servers, accounts: cluster.accounts };
  const addresses = servers.map(({ name }) => [name, { url: agents.of(name).url, token: agentToken }]);
  const whole: KilledReseedPlan = { baton, server: 'db-2', agents: Object.fromEntries(addresses), step, waiting };
  await writeFile(file, JSON.stringify(whole), { mode: 0o600 });
  const script = join(import.meta.dirname, '..', 'testing', 'killed-reseed.ts');
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [, signal]: (string | number | null)[] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}

async function uids(): Promise<string[]> {
  const rows = await cluster.server('db-2').sql('SELECT uid FROM shop.orders ORDER BY uid');
  return rows.map(({ uid }) => String(uid));
}

async function besideData(): Promise<string[]> {
  const { dataDir } = cluster.server('db-2');
  return (await readdir(dirname(dataDir))).filter((name) => name.startsWith(basename(dataDir))).toSorted();
}

/** The server follows, with equal data, and what it had is kept. */
async function expectReplica(): Promise<void> {
  const { port } = cluster.server('db-1');
  expect(await followed(cluster.server('db-2'))).toMatchObject({ port, ioRunning: true, sqlRunning: true });
  await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
  expect(await uids()).toEqual(['missed']);
  expect(await besideData()).toEqual(['data', expect.stringMatching(/^data\.kept-/)]);
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  expect((await agents.of('db-2').client.exports()).map(({ count }) => count)).toEqual([1]);
}

async function takenUp(): Promise<Operation> {
  const next = await startBaton(cluster, batonParts());
  try {
    const [view] = await next.takeovers.resume();
    if (!view) throw new Error('nothing was taken up');
    return await next.operations.ended(view.id);
  } finally {
    await next.stop();
  }
}

test.each(['lock', 'hold', 'export'])('a console killed during %s: undone by the next one', async (step) => {
  await killedConsole(step);
  const last = await takenUp();
  expect([last.outcome, last.interruptions.length]).toEqual(['failed-restored', 1]);
  expect(await uids()).toEqual(['own']);
  expect(await besideData()).toEqual(['data']);
  expect(await followed(cluster.server('db-2'))).toBeNull();
});

test.each([
  { step: 'copy', waiting: false },
  { step: 'copy', waiting: true },
  { step: 'swap', waiting: false },
  { step: 'swap', waiting: true },
  { step: 'follow', waiting: false },
  { step: 'keep', waiting: false },
  { step: 'verify', waiting: false },
])(
  'a console killed during $step (waiting: $waiting): the next one goes on to a good replica',
  async ({ step, waiting }) => {
    await killedConsole(step, waiting);
    const last = await takenUp();
    expect(last.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect([last.outcome, last.interruptions.length]).toEqual(['succeeded-with-follow-ups', 1]);
    await expectReplica();
  },
);

test('a console killed in the copy just after it was asked to cancel: the next one goes back', async () => {
  await killedConsole('copy', true);
  const store = await openStore(`sqlite://${join(cluster.dir, 'baton.sqlite')}`);
  const [left] = await store.journal.unfinished();
  if (!left) throw new Error('nothing is unfinished');
  // All that there was time for.
  await store.journal.append([rowOf(left.id, Date.now(), '', 'note', { cancel: 'bo' }, [])]);
  await store.close();
  const last = await takenUp();
  expect(last).toMatchObject({ outcome: 'cancelled-restored', cancelRequested: true, cancelAsked: { by: 'bo' } });
  expect(await besideData()).toEqual(['data']);
  expect(await uids()).toEqual(['own']);
});

test('cancelled during the copy: the server is as it was, and nothing is left beside its data', async () => {
  await fillWithData(cluster.server('db-1'), 60_000_000);
  const baton = await startBaton(cluster, batonParts());
  try {
    const asked = { server: 'db-2', dryRun: false, setAside: true, confirm: 'db-2', actor: 'ana' };
    const { operationId } = await baton.rejoins.start(asked);
    await until(() => baton.operations.running('erp5')?.steps.find(({ id }) => id === 'copy')?.state === 'running', {
      what: 'it copies',
    });
    await baton.operations.cancel(operationId, 'bo');
    const view = await baton.operations.ended(operationId);
    expect([view.outcome, view.summary]).toEqual([
      'cancelled-restored',
      'Cancelled: db-2 has its own data, follows nobody as before and is kept read-only.',
    ]);
    expect(await besideData()).toEqual(['data']);
    expect(await uids()).toEqual(['own']);
  } finally {
    await baton.stop();
  }
});

test('a name that is not typed, and an agent that is away, are refused before anything is touched', async () => {
  const baton = await startBaton(cluster, batonParts());
  try {
    const asked = { server: 'db-2', dryRun: false, setAside: true, actor: 'ana' };
    await expect(baton.rejoins.start({ ...asked, confirm: 'db-1' })).rejects.toMatchObject({
      code: 'refused',
      details: { confirm: 'db-2' },
    });
    await agents.of('db-2').end('SIGTERM');
    await expect(baton.rejoins.start({ ...asked, confirm: 'db-2' })).rejects.toMatchObject({ code: 'refused' });
    expect(await besideData()).toEqual(['data']);
  } finally {
    await baton.stop();
  }
});
