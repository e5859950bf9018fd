import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { StartRequest } from '../../contract/galera-agent.ts';
import { untilSynced, withStartOptions } from '../../sandbox/galera/node.ts';
import { until } from '../../sandbox/until.ts';
import type { GaleraAgent } from '../agent.ts';
import { grastateText } from '../testing/example-evidence.ts';
import { expectSameRows, failuresOf, insert, statesOf, uidsOf, writeSteadily } from '../testing/facts.ts';
import { onStage } from '../testing/on-stage.ts';
import { recoveryDesk, type RecoveryDesk } from '../testing/recovery-desk.ts';

/** Three nodes on a busy machine, again and again down and up. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const on = onStage();
const { names, all, killAll } = on;

const recover: RecoveryDesk['recover'] = async (asked) => await on.desk.recover(asked);

test('scenario 6: with one node Primary nothing is bootstrapped, whatever a flag says; a node that is down is started', async () => {
  await on.stage.node('db-2').stop();
  await on.stage.node('db-3').stop();
  // Nor is the last one that serves stopped in passing.
  await expect(on.desk.recoveries.stopNode('db-1')).rejects.toMatchObject({
    code: 'refused',
    details: { confirm: 'db-1' },
  });
  const file = join(on.stage.node('db-3').dataDir, 'grastate.dat');
  await writeFile(file, (await readFile(file, 'utf8')).replace('bootstrap: 0', 'bootstrap: 1'));
  const plan = await on.desk.recoveries.plan();
  expect(plan).toMatchObject({ verdict: 'refuse', situation: 'running', recommended: null, confirm: null, steps: [] });
  const start = async (node?: string) =>
    await on.desk.recoveries.start({ planId: plan.id, actor: 'ana', ...(node ? { node, confirm: node } : {}) });
  await expect(start()).rejects.toMatchObject({ code: 'refused' });
  await expect(start('db-3')).rejects.toMatchObject({ code: 'refused' });
  for (const name of ['db-2', 'db-3']) {
    await on.desk.recoveries.startNode(name);
    await until(async () => (await on.stage.agent(name).evidence()).work.endedAt !== null, {
      what: `${name} is started`,
    });
  }
  await untilSynced(all());
});

test('scenario 1: stopped in order, the last begins, the others take what they missed, and the rows are equal', async () => {
  for (const name of names) {
    await insert(on.stage.node(name), `ordered-${name}`);
    await on.stage.node(name).stop();
  }
  const operation = await recover();
  expect(statesOf(operation)).toEqual([
    'evidence done',
    'switches done',
    'flag skipped',
    'bootstrap done',
    'history done',
    'join-db-1 done',
    'join-db-2 done',
    'verify done',
    'compare done',
    'record done',
  ]);
  expect(operation).toMatchObject({ kind: 'galera-recovery', target: 'db-3', outcome: 'succeeded', followUps: [] });
  expect(operation.summary).toMatch(/runs again from db-3, at \d+; nothing was given up\.$/);
  const [first, second] = ['join-db-1', 'join-db-2'].map((id) => operation.steps.find((step) => step.id === id));
  expect(first?.note).toMatch(/as foretold, it took what it missed: \d+ write sets, \d+ to \d+$/);
  // Scenario 25: never two at once.
  expect(Date.parse(second?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.endedAt ?? ''));
  expect(operation.steps.find(({ id }) => id === 'compare')?.note).toContain('tables have the same rows on');
  await expectSameRows(all());
  expect(await uidsOf(on.stage.node('db-1'))).toContain('ordered-db-3');
  const { floor } = await on.desk.recoveries.view();
  expect(BigInt(floor?.seqno ?? '0')).toBeGreaterThan(0n);
});

test('scenario 3: killed while writing, the highest begins, and every acknowledged row is there', async () => {
  const writer = writeSteadily(on.stage.node('db-2'), 'crash');
  await until(async () => (await uidsOf(on.stage.node('db-1'))).filter((uid) => uid.startsWith('crash')).length > 50, {
    what: 'the load runs',
  });
  for (const name of ['db-1', 'db-3', 'db-2']) await on.stage.node(name).kill();
  const acknowledged = await writer.stop();
  const operation = await recover();
  expect(failuresOf(operation)).toEqual([]);
  expect(operation.outcome).toBe('succeeded');
  expect(operation.steps.find(({ id }) => id === 'flag')?.state).toBe('done');
  expect(await uidsOf(on.stage.node('db-1'))).toEqual(expect.arrayContaining(acknowledged));
  await expectSameRows(all());
});

test('a node whose grastate.dat is gone is out, and takes a full copy from the others', async () => {
  await killAll();
  await rm(join(on.stage.node('db-3').dataDir, 'grastate.dat'));
  const plan = await on.desk.recoveries.plan();
  expect(plan.nodes[2]).toMatchObject({ choice: 'impossible', whole: false });
  const operation = await recover(plan.confirm === null ? {} : { confirm: plan.confirm });
  expect(failuresOf(operation)).toEqual([]);
  expect(operation.steps.find(({ id }) => id === 'join-db-3')?.note).toMatch(
    /as foretold, it took a full copy, of \d+$/,
  );
  await expectSameRows(all());
});

test('scenario 24: a position below the recorded one is for a person', async () => {
  const { floor } = await on.desk.recoveries.view();
  if (!floor) throw new Error('no floor');
  await killAll();
  await on.desk.setFloor({ ...floor, seqno: String(BigInt(floor.seqno) + 1_000_000n) });
  const plan = await on.desk.recoveries.plan();
  expect(plan).toMatchObject({ verdict: 'human', confirm: plan.recommended });
  expect(plan.doubts.join()).toContain('after its last recovery');
  await expect(on.desk.recoveries.start({ planId: plan.id, actor: 'ana' })).rejects.toMatchObject({ code: 'refused' });
  const operation = await recover({ confirm: plan.recommended ?? '' });
  expect(failuresOf(operation)).toEqual([]);
  expect(operation.outcome).toBe('succeeded');
  await expectSameRows(all());
});

test('scenario 23: a switch that would make a second cluster stops it where it is not the agent’s own, and is cleared where it is', async () => {
  await killAll();
  const stale = on.stage.node('db-2');
  await writeFile(stale.startFile ?? '', '[mariadbd]\nwsrep_new_cluster=ON\n');
  await writeFile(stale.persistFile, '[mariadbd]\nwsrep_cluster_address=gcomm://\n');
  expect((await on.stage.evidence('db-2')).bootstrapSwitches).toHaveLength(2);
  const refused = await recover();
  expect(refused).toMatchObject({ outcome: 'refused' });
  expect(refused.summary).toContain('wsrep_cluster_address=gcomm://');
  expect(await readFile(stale.startFile ?? '', 'utf8')).toBe('');
  await writeFile(stale.persistFile, '');
  expect((await recover()).outcome).toBe('succeeded');
});

test('what changes between the review and the click stops it', async () => {
  await killAll();
  const plan = await on.desk.recoveries.plan();
  const other = names.find((name) => name !== plan.recommended) ?? '';
  await on.stage.node(other).begin();
  await until(async () => (await on.stage.evidence(other)).alive.kind === 'waiting', { what: `${other} waits` });
  await expect(
    on.desk.recoveries.start({
      planId: plan.id,
      actor: 'ana',
      node: plan.recommended ?? '',
      confirm: plan.recommended ?? '',
    }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/outdated|refused/) });
  await on.desk.recoveries.stopNode(other);
  // Its agent is busy with the stop for a moment after the node is seen to be down.
  await until(
    async () => {
      const { evidence, work } = await on.stage.agent(other).evidence();
      return evidence.alive.kind === 'down' && work.endedAt !== null;
    },
    { what: `${other} is down` },
  );
  expect((await recover()).outcome).toBe('succeeded');
});

test('scenario 14: a survivor without a Primary component is made Primary, and the others join', async () => {
  // Both at once: of three one is left, and it can't tell whether they are dead.
  await Promise.all(['db-2', 'db-3'].map(async (name) => await on.stage.node(name).kill()));
  await until(
    async () => {
      const { alive } = await on.stage.evidence('db-1');
      return alive.kind === 'serving' && alive.status.clusterStatus === 'non-primary';
    },
    { what: 'db-1 is not Primary any more' },
  );
  const plan = await on.desk.recoveries.plan();
  expect(plan).toMatchObject({ situation: 'non-primary', act: 'make-primary', recommended: 'db-1' });
  const operation = await recover(plan.confirm === null ? {} : { confirm: 'db-1' });
  expect(failuresOf(operation)).toEqual([]);
  expect(operation.outcome).toBe('succeeded');
  expect(operation.steps.map(({ id }) => id)).toContain('make-primary');
  await untilSynced(all());
});

test('a console that dies after the bootstrap was begun leaves one that is looked for, never repeated; another goes on from there', async () => {
  await killAll();
  let bootstraps = 0;
  // The request goes out, and the console that sent it hears no more.
  const deaf = (node: string): GaleraAgent => {
    const agent = on.stage.agent(node);
    return new Proxy(agent, {
      get(target, name) {
        if (name !== 'start') return Reflect.get(target, name).bind(target);
        return async (request: StartRequest) => {
          if (request.bootstrap) bootstraps += 1;
          await target.start(request);
          return await new Promise(() => undefined);
        };
      },
    });
  };
  const dying = await recoveryDesk(on.stage, { agent: deaf });
  const { id } = await dying.recoveries.plan();
  const { operationId } = await dying.recoveries.start({ planId: id, actor: 'ana' });
  await until(() => bootstraps === 1, { what: 'the bootstrap is begun' });
  const next = await recoveryDesk(on.stage, { after: [dying] });
  const [taken] = await next.recoveries.resume(operationId);
  expect(taken?.interruptions.map(({ text }) => text).join()).toContain('it goes on, and looks before each step');
  const operation = await next.operations.ended(operationId);
  expect(failuresOf(operation)).toEqual([]);
  expect(operation.outcome).toBe('succeeded');
  expect(bootstraps).toBe(1);
  await expectSameRows(all());
  next.close();
});

test('another node than the highest is refused, unless its name is typed; then the report says what was given up, and who is ahead stays down', async () => {
  await on.stage.node('db-1').kill();
  await untilSynced([on.stage.node('db-2'), on.stage.node('db-3')]);
  await insert(on.stage.node('db-2'), 'only-on-two');
  await killAll();
  const plan = await on.desk.recoveries.plan();
  expect(plan.nodes.find(({ name }) => name === 'db-1')?.reason).toMatch(
    /^not db-1: it stopped at \d+, db-\d has \d+$/,
  );
  const choose = async (confirm?: string) =>
    await on.desk.recoveries.start({ planId: plan.id, actor: 'ana', node: 'db-1', ...(confirm ? { confirm } : {}) });
  await expect(choose()).rejects.toMatchObject({ code: 'refused', details: { confirm: 'db-1' } });
  await expect(choose('db-2')).rejects.toMatchObject({ code: 'refused' });
  const { operationId } = await choose('db-1');
  const operation = await on.desk.operations.ended(operationId);
  expect(operation).toMatchObject({ target: 'db-1', outcome: 'succeeded-with-follow-ups' });
  expect(operation.summary).toMatch(/given up: up to \d+ transactions/);
  expect(operation.followUps.map(({ text }) => text.slice(0, 18))).toEqual([
    'db-2 is left down:',
    'db-3 is left down:',
  ]);
  expect(await uidsOf(on.stage.node('db-1'))).not.toContain('only-on-two');
  for (const name of ['db-2', 'db-3']) {
    const before = await on.stage.evidence(name);
    expect(before).toMatchObject({ kept: true, hasData: true, recovered: { kind: 'position' } });
    // As a reboot does it: nothing starts, and nothing of its is touched.
    await expect(on.stage.node(name).start()).rejects.toThrow('ailed to load provider');
    const after = await on.stage.evidence(name);
    expect([after.alive.kind, after.grastate]).toEqual(['down', before.grastate]);
    await expect(on.desk.recoveries.startNode(name)).rejects.toMatchObject({
      code: 'refused',
      details: { confirm: name },
    });
  }
});

test('a node that was kept down takes a full copy once it is started with its name typed, and is one like the others', async () => {
  const kept = on.stage.node('db-3');
  await on.desk.recoveries.startNode('db-3', 'db-3');
  await untilSynced([on.stage.node('db-1'), kept]);
  expect(await uidsOf(kept)).not.toContain('only-on-two');
  await expectSameRows([on.stage.node('db-1'), kept]);
  await until(async () => (await on.stage.agent('db-3').evidence()).work.endedAt !== null, { what: 'db-3 is started' });
  expect((await on.stage.evidence('db-3')).kept).toBe(false);
  await kept.stop();
});

test('scenario 13: a second bootstrap by hand beside the running cluster is a split brain in one look, though history and id agree', async () => {
  const { decision } = await on.desk.recoveries.view();
  expect(decision).toMatchObject({ situation: 'running', act: 'start', start: ['db-3'] });
  const { uuid, seqno } = decision.nodes[0] ?? {};
  const second = on.stage.node('db-2');
  await writeFile(join(second.dataDir, 'grastate.dat'), grastateText(uuid ?? '', -1, 1));
  await withStartOptions(
    second,
    `wsrep_new_cluster=ON\nwsrep_start_position=${uuid}:${seqno}`,
    async () => await second.start(),
  );
  await untilSynced([second]);
  const split = await on.desk.recoveries.plan();
  expect(split).toMatchObject({
    verdict: 'refuse',
    situation: 'split-brain',
    act: 'none',
    recommended: null,
    start: [],
  });
  expect(split.text).toContain('db-1 · db-2');
  expect(split.nodes.slice(0, 2).map((node) => node.uuid)).toEqual([uuid, uuid]);
  await expect(
    on.desk.recoveries.start({ planId: split.id, actor: 'ana', node: 'db-1', confirm: 'db-1' }),
  ).rejects.toMatchObject({ code: 'refused' });
});
