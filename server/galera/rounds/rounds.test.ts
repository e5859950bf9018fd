import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Operation } from '../../contract/operation.ts';
import { untilSynced, withStartOptions } from '../../sandbox/galera/node.ts';
import { until } from '../../sandbox/until.ts';
import type { GaleraAgent } from '../agent.ts';
import { expectSameRows, failuresOf, insert, statesOf, uidsOf } from '../testing/facts.ts';
import { recoveryDesk, type RecoveryDesk } from '../testing/recovery-desk.ts';
import { galeraStage, type GaleraStage } from '../testing/stage.ts';

/** Three nodes on a busy machine, one after the other down and up. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

let stage: GaleraStage;
let desk: RecoveryDesk;
beforeAll(async () => {
  stage = await galeraStage();
  desk = await recoveryDesk(stage);
});
afterAll(async () => {
  desk.close();
  await stage.stop();
});

const names = ['db-1', 'db-2', 'db-3'];
const all = () => names.map((name) => stage.node(name));

/** The stage's agents, with something done whenever one is told to stop its node. */
function whenStopped(tell: (node: string, stop: () => Promise<unknown>) => Promise<unknown>) {
  return (node: string): GaleraAgent =>
    new Proxy(stage.agent(node), {
      get(target, name) {
        if (name !== 'stop') return Reflect.get(target, name).bind(target);
        return async (kill: boolean) => await tell(node, async () => await target.stop(kill));
      },
    });
}

test('nodes restart one by one, never two down at once, though the console dies in the middle, and no row is missing', async () => {
  await insert(stage.node('db-1'), 'before');
  let fewest = names.length;
  const watch = setInterval(() => {
    fewest = Math.min(fewest, all().filter((node) => node.alive()).length);
  }, 20);
  const stops: string[] = [];
  // The second stop goes out, and the console that sent it hears no more.
  const agent = whenStopped(async (node, stop) => {
    stops.push(node);
    const answer = await stop();
    return stops.length < 2 ? answer : await new Promise(() => undefined);
  });
  const dying = await recoveryDesk(stage, { agent });
  const { order, blocked, confirm } = await dying.recoveries.rounds.plan({ act: 'restart' });
  expect({ order, blocked, confirm }).toEqual({ order: ['db-3', 'db-2', 'db-1'], blocked: null, confirm: null });
  const next = await recoveryDesk(stage, { after: [dying] });
  let operation: Operation;
  try {
    const { operationId } = await dying.recoveries.rounds.start({ act: 'restart', order, actor: 'ana' });
    await until(() => stops.length === 2, { what: 'the second node is told to stop', timeoutMs: 60_000 });
    const [taken] = await next.recoveries.resume(operationId);
    expect(taken?.interruptions.map(({ text }) => text).join()).toContain('during stop db-2: it goes on');
    operation = await next.operations.ended(operationId);
  } finally {
    clearInterval(watch);
    next.close();
  }
  expect(failuresOf(operation)).toEqual([]);
  expect(operation).toMatchObject({ kind: 'galera-restart', outcome: 'succeeded', followUps: [] });
  expect(operation.steps.map(({ id }) => id)).toEqual([
    'look',
    ...order.flatMap((node) => [`stop-${node}`, `start-${node}`]),
    'verify',
  ]);
  expect(fewest).toBe(2);
  await untilSynced(all());
  await expectSameRows(all());
  expect(await uidsOf(stage.node('db-3'))).toContain('before');
});

test('with a node down none is restarted, and the answer says which', async () => {
  await stage.node('db-2').stop();
  // The others count it for a moment more.
  const { order } = await vi.waitFor(
    async () => {
      const plan = await desk.recoveries.rounds.plan({ act: 'restart' });
      expect(plan).toMatchObject({ blocked: 'The cluster is not whole: db-2 is down.', steps: [] });
      return plan;
    },
    { timeout: 30_000 },
  );
  await expect(desk.recoveries.rounds.start({ act: 'restart', order, actor: 'ana' })).rejects.toMatchObject({
    code: 'refused',
  });
  await desk.recoveries.startNode('db-2');
  await untilSynced(all());
  await until(async () => (await stage.agent('db-2').evidence()).work.endedAt !== null, { what: 'db-2 is started' });
});

test('where a node does not come back no other is taken down, the cluster serves, and the report has the error log’s word', async () => {
  const broken = stage.node('db-2');
  await writeFile(broken.persistFile, '[mariadbd]\nwsrep_provider=/nowhere\n');
  const { order } = await desk.recoveries.rounds.plan({ act: 'restart' });
  const { operationId } = await desk.recoveries.rounds.start({ act: 'restart', order, actor: 'ana' });
  const operation = await desk.operations.ended(operationId);
  expect(operation.outcome).toBe('failed-needs-hands');
  expect(statesOf(operation)).toEqual([
    'look done',
    'stop-db-3 done',
    'start-db-3 done',
    'stop-db-2 failed',
    'start-db-2 failed',
    'stop-db-1 not-run',
    'start-db-1 not-run',
    'verify not-run',
  ]);
  expect(failuresOf(operation).join()).toContain('[ERROR] WSREP');
  expect(operation.followUps.map(({ command }) => command)).toEqual(['baton galera start wiki/db-2']);
  await untilSynced([stage.node('db-1'), stage.node('db-3')]);
  await writeFile(broken.persistFile, '');
  await desk.recoveries.startNode('db-2');
  await untilSynced(all());
  await until(async () => (await stage.agent('db-2').evidence()).work.endedAt !== null, { what: 'db-2 is started' });
});

test('a stop is refused without the typed name of the cluster, and where the order is not the one of now', async () => {
  const { confirm } = await desk.recoveries.rounds.plan({ act: 'stop' });
  expect(confirm).toBe('wiki');
  const start = async (order: string[], typed?: string) =>
    await desk.recoveries.rounds.start({ act: 'stop', order, actor: 'ana', ...(typed ? { confirm: typed } : {}) });
  await expect(start(['db-3', 'db-2', 'db-1'])).rejects.toMatchObject({
    code: 'refused',
    details: { confirm: 'wiki' },
  });
  await expect(start(['db-3', 'db-1'], 'wiki')).rejects.toMatchObject({ code: 'outdated' });
  await expect(start(['db-3', 'db-2', 'db-9'], 'wiki')).rejects.toMatchObject({ code: 'not-found' });
  await untilSynced(all());
});

test('a stop that is cancelled before the last node starts again what it stopped', async () => {
  const { order } = await desk.recoveries.rounds.plan({ act: 'stop' });
  const cancelled = await recoveryDesk(stage, {
    agent: whenStopped(async (node, stop) => {
      const answer = await stop();
      if (node === 'db-2') await cancelled.operations.cancel(id, 'bo');
      return answer;
    }),
  });
  const { operationId: id } = await cancelled.recoveries.rounds.start({
    act: 'stop',
    order,
    confirm: 'wiki',
    actor: 'ana',
  });
  const operation = await cancelled.operations.ended(id);
  cancelled.close();
  expect(operation).toMatchObject({ outcome: 'cancelled-restored', pointOfNoReturnPassed: false });
  expect(statesOf(operation)).toEqual([
    'look done',
    'stop-db-3 undone',
    'stop-db-2 undone',
    'stop-db-1 not-run',
    'verify not-run',
  ]);
  await untilSynced(all());
});

test('stopped in order, the last one is the one that was named, and a recovery begins with it without a doubt', async () => {
  const { order, text } = await desk.recoveries.rounds.plan({ act: 'stop', last: 'db-2' });
  expect(order).toEqual(['db-3', 'db-1', 'db-2']);
  expect(text).toContain('From the stop of db-2 on nobody serves');
  const asked = { act: 'stop' as const, order, confirm: 'wiki', actor: 'ana' };
  const { operationId } = await desk.recoveries.rounds.start(asked);
  expect(await desk.recoveries.rounds.start(asked)).toEqual({ operationId });
  await expect(desk.recoveries.rounds.start({ ...asked, order: ['db-3', 'db-2', 'db-1'] })).rejects.toMatchObject({
    code: 'already-running',
  });
  const operation = await desk.operations.ended(operationId);
  expect(failuresOf(operation)).toEqual([]);
  expect(operation).toMatchObject({ kind: 'galera-stop', target: 'db-2', outcome: 'succeeded', followUps: [] });
  expect(operation.summary).toMatch(/^wiki is stopped\. db-2 stopped last, at \d+: it begins the cluster again\.$/);
  expect(all().map((node) => node.alive())).toEqual([false, false, false]);
  const plan = await desk.recoveries.plan();
  expect(plan).toMatchObject({ verdict: 'green', recommended: 'db-2' });
  const { floor } = await desk.recoveries.view();
  expect(floor?.seqno).toBe(plan.nodes[1]?.seqno);
});

test('a node that is ahead of a cluster that somebody began without it is started with its name typed, and takes a full copy', async () => {
  // By hand, from the one that left first.
  const wrong = stage.node('db-3');
  const file = join(wrong.dataDir, 'grastate.dat');
  await writeFile(file, (await readFile(file, 'utf8')).replace('bootstrap: 0', 'bootstrap: 1'));
  await withStartOptions(wrong, 'wsrep_new_cluster=ON', async () => await wrong.start());
  await untilSynced([wrong]);
  await expect(desk.recoveries.startNode('db-2')).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringMatching(
      /^db-2 takes a full copy .* erases transactions? \d+.*, which no running node has\.$/,
    ),
    details: { confirm: 'db-2' },
  });
  await desk.recoveries.startNode('db-2', 'db-2');
  await untilSynced([stage.node('db-2'), wrong]);
  await until(async () => (await stage.agent('db-2').evidence()).work.endedAt !== null, { what: 'db-2 is started' });
  await expectSameRows([stage.node('db-2'), wrong]);
});
