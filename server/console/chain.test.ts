import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLineActor } from '../access/actor.ts';
import { startTestAgent, type TestAgent } from '../agent/fixtures.ts';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import { lookAtReplication } from '../cli/check/look-replication.ts';
import type { ClusterSnapshot, ServerSnapshot } from '../contract/snapshot.ts';
import { caughtUp, follow, followed } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import type { RunningConsole } from './start-console.ts';
import { prepareRealConsole, type RealConsole } from './testing/real-console.ts';

const actor = commandLineActor('test');
let real: RealConsole;
let running: RunningConsole;
let silent: BlankServer | null = null;
let host: TestAgent | null = null;

beforeAll(async () => {
  real = await prepareRealConsole(2);
  const { cluster } = real;
  // db-1 → db-2 → db-3
  await follow(cluster.server('db-3'), cluster.server('db-2').address, cluster.accounts.replication);
  await caughtUp(cluster.server('db-3'), cluster.server('db-1'));
  running = (await real.start()).console;
});
afterAll(async () => {
  await host?.remove();
  await silent?.remove();
  await real?.stop();
});

const look = (): ClusterSnapshot => running.engine.cluster(actor, 'erp5');
function server(name: string): ServerSnapshot {
  const found = look().servers.find((one) => one.name === name);
  if (!found) throw new Error(`no server ${name}`);
  return found;
}

test('a replica of a replica is a replica, follows whom it does, and has a lag of its own', async () => {
  await until(() => server('db-3').replication[0]?.lagSeconds === 0, { what: 'its lag is known', timeoutMs: 50_000 });
  expect(server('db-3')).toMatchObject({
    role: 'replica',
    state: 'up',
    replication: [{ primary: 'db-2', ioThread: 'running', sqlThread: 'running' }],
  });
  expect(server('db-2')).toMatchObject({ role: 'replica', replication: [{ primary: 'db-1' }] });
  expect(look().problems.filter(({ code }) => !code.startsWith('dump-'))).toEqual([]);
  const reason = 'db-3 replicates from db-2, not from db-1.';
  expect(server('db-3').promotable).toEqual({ possible: false, kind: null, reason });
});

test('it is not promoted over the one between, and its own plan says why', async () => {
  const plan = await running.engine.plan(actor, 'erp5', { target: 'db-3', kind: 'switchover' });
  expect(plan.blocked).toBe(true);
  expect(plan.checks).toContainEqual(
    expect.objectContaining({
      code: 'target-replicates',
      level: 'block',
      text: 'db-3 replicates from db-2, itself a replica: the primary would go on beside it',
    }),
  );
});

test('the one between is promoted, and what follows it goes on', async () => {
  const { cluster } = real;
  const plan = await running.engine.plan(actor, 'erp5', { target: 'db-2' });
  expect(plan).toMatchObject({ kind: 'switchover', blocked: false });
  const { operationId } = await running.engine.takeover(actor, 'erp5', { planId: plan.id, accept: [], dryRun: false });
  await until(async () => (await running.engine.operation(actor, operationId)).outcome !== null, {
    what: 'it ends',
    timeoutMs: 50_000,
  });
  expect(await running.engine.operation(actor, operationId)).toMatchObject({ outcome: 'succeeded', followUps: [] });
  await cluster.server('db-2').sql("INSERT INTO shop.orders (uid) VALUES ('from the new primary')");
  for (const name of ['db-1', 'db-3']) {
    await caughtUp(cluster.server(name), cluster.server('db-2'));
    expect(await followed(cluster.server(name))).toMatchObject({ port: cluster.server('db-2').address.port });
  }
});

test('a replica with TCP off is looked at, checked and backed up through its socket', async () => {
  const { cluster } = real;
  silent = await blankServer(cluster, { settings: { skip_networking: 1 } });
  const blank = silent;
  const primary = cluster.server('db-2');
  const { user, password } = cluster.accounts.replication;
  await blank.init({ primary: { ...primary.address, user, password } });
  await blank.server.start();
  await caughtUp(blank.server, primary);
  const { socket, optionsFile: defaultsFile, persistFile } = blank.server;
  host = await startTestAgent({ name: 'db-4', server: { socket, defaultsFile, persistFile } });
  const { client } = host;
  const { id } = await client.takeBackup();
  await until(async () => (await client.backupRun(id)).state !== 'running', {
    what: 'the dump ends',
    timeoutMs: 50_000,
  });
  expect(await client.backupRun(id)).toMatchObject({ state: 'done' });
  const replication = { socket, defaultsFile, tunnel: false, initialise: false, controlTimeoutSeconds: 600 };
  expect(await lookAtReplication({ server: replication, parametersFile: undefined }, undefined)).toMatchObject({
    level: 'critical',
    text: expect.stringContaining('was not asked to'),
  });
});
