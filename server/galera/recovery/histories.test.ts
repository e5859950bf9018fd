import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import { bootstrapNode, untilSynced } from '../../sandbox/galera/node.ts';
import { until } from '../../sandbox/until.ts';
import { expectSameRows, failuresOf, insert, uidsOf } from '../testing/facts.ts';
import { onStage } from '../testing/on-stage.ts';

/** Three nodes on a busy machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const on = onStage();
const { names, all, killAll } = on;
const stateOf = async (name: string): Promise<string> =>
  await readFile(join(on.stage.node(name).dataDir, 'grastate.dat'), 'utf8');
const clusterStatusOf = async (name: string): Promise<string> => {
  const { alive } = await on.stage.evidence(name);
  return alive.kind === 'serving' ? alive.status.clusterStatus : alive.kind;
};

test('scenario 14, the refusal: while another survivor answers from outside of its component, none is made Primary, and they find together by themselves', async () => {
  const cutOff = async (yes: 0 | 1): Promise<void> =>
    void (await Promise.all(
      all().map(async (node) => await node.sql(`SET GLOBAL wsrep_provider_options='gmcast.isolate=${yes}'`)),
    ));
  await cutOff(1);
  for (const name of names)
    await until(async () => (await clusterStatusOf(name)) === 'non-primary', { what: `${name} is alone` });
  const plan = await on.desk.recoveries.plan();
  expect(plan).toMatchObject({ verdict: 'refuse', situation: 'non-primary', act: 'none', recommended: null });
  for (const name of names)
    await expect(
      on.desk.recoveries.start({ planId: plan.id, actor: 'ana', node: name, confirm: name }),
    ).rejects.toMatchObject({ code: 'refused' });
  await cutOff(0);
  await untilSynced(all());
});

test('scenario 2: stopped all at once, nobody says that it left last: any may begin, by the tie rule, and none is asked by --wsrep-recover', async () => {
  const asked = await Promise.all(names.map(async (name) => await on.stage.recoveries(name)));
  await stopAtOnce();
  const plan = await on.desk.recoveries.plan();
  expect(plan).toMatchObject({ verdict: 'green', recommended: 'db-1' });
  expect(new Set(plan.nodes.map(({ seqno }) => seqno)).size).toBe(1);
  const operation = await on.desk.recover();
  expect(failuresOf(operation)).toEqual([]);
  expect(operation.outcome).toBe('succeeded');
  expect(await Promise.all(names.map(async (name) => await on.stage.recoveries(name)))).toEqual(asked);
  // One flag was edited.
  const edited = await Promise.all(
    names.map(async (name) =>
      (await readdir(on.stage.node(name).dataDir)).filter((file) => file.includes('grastate.dat.')),
    ),
  );
  expect(edited.map(({ length }) => length)).toEqual([1, 0, 0]);
  await expectSameRows(all());
});

/** SIGTERM to all; where one went so late that it saw the others leave, they are begun from that one and stopped again. */
async function stopAtOnce(): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await Promise.all(all().map(async (node) => await node.stop()));
    const states = await Promise.all(names.map(stateOf));
    const last = all().find((_, place) => states[place]?.includes('safe_to_bootstrap: 1'));
    if (!last) return;
    await bootstrapNode(last);
    await Promise.all(all().map(async (node) => (node === last ? undefined : await node.start())));
    await untilSynced(all());
  }
  throw new Error('they never went at once');
}

test('scenario 11: after a crash in a DDL no file names the history: a person restores it from the data, and the others take full copies', async () => {
  const [first] = all();
  if (!first) throw new Error('no node');
  const { decision } = await on.desk.recoveries.view();
  await first.sql(
    'CREATE TABLE shop.slow (id INT PRIMARY KEY)',
    'INSERT INTO shop.slow SELECT seq FROM shop.seq_1_to_2000',
  );
  const session = await first.session();
  // Milliseconds for each row: every node is still in it when the last has begun.
  const sum = 'ADD COLUMN sum CHAR(128) AS (SHA2(REPEAT(id, 2000000), 512)) PERSISTENT, ALGORITHM=COPY';
  const alter = session.query(`ALTER TABLE shop.slow ${sum}`, { timeoutMs: 120_000 }).catch(() => undefined);
  await until(async () => (await Promise.all(names.map(stateOf))).every((state) => state.includes(ZERO_HISTORY)), {
    what: 'all are in the DDL',
  });
  await killAll();
  await alter;
  session.destroy();
  const plan = await on.desk.recoveries.plan();
  const chosen = plan.recommended ?? '';
  expect(plan).toMatchObject({ verdict: 'human', act: 'bootstrap', confirm: chosen, start: [] });
  expect(plan.doubts.join()).toContain('is written into its own');
  await expect(on.desk.recoveries.start({ planId: plan.id, actor: 'ana' })).rejects.toMatchObject({ code: 'refused' });
  const operation = await on.desk.recover({ confirm: chosen });
  expect(failuresOf(operation)).toEqual([]);
  expect(operation.outcome).toBe('succeeded');
  const joins = operation.steps.filter(({ id }) => id.startsWith('join-'));
  expect(joins.map(({ note }) => note?.includes('as foretold, it took a full copy'))).toEqual([true, true]);
  const after = (await on.desk.recoveries.view()).decision;
  expect(after.nodes.map(({ uuid }) => uuid)).toEqual(decision.nodes.map(({ uuid }) => uuid));
  await expectSameRows(all());
});

test('scenario 12: two histories are refused and both listed; who is chosen by its name leaves the other down with its rows, which its start would erase', async () => {
  await killAll();
  const stray = on.stage.node('db-3');
  await rm(join(stray.dataDir, 'grastate.dat'));
  await bootstrapNode(stray);
  await insert(stray, 'only-on-three');
  await stray.kill();
  const plan = await on.desk.recoveries.plan();
  expect(plan).toMatchObject({ verdict: 'refuse', situation: 'two-histories', recommended: null });
  expect(plan.doubts).toHaveLength(2);
  expect(plan.doubts[0]).toMatch(/: db-1 at \d+, db-2 at \d+$/);
  expect(plan.doubts[1]).toMatch(/: db-3 at \d+$/);
  expect(plan.nodes[0]?.givesUp).toContain('every row that only db-3 has: it takes a full copy');
  const choose = async (confirm?: string) =>
    await on.desk.recoveries.start({ planId: plan.id, actor: 'ana', node: 'db-1', ...(confirm ? { confirm } : {}) });
  await expect(choose()).rejects.toMatchObject({ code: 'refused', details: { confirm: 'db-1' } });
  const { operationId } = await choose('db-1');
  const operation = await on.desk.operations.ended(operationId);
  expect(failuresOf(operation)).toEqual([]);
  expect(operation).toMatchObject({ target: 'db-1', outcome: 'succeeded-with-follow-ups' });
  expect(operation.summary).toContain('given up: every row that only db-3 has');
  expect(operation.followUps[0]?.text).toMatch(/^db-3 is left down: .*which erases that\.$/);
  expect(await uidsOf(on.stage.node('db-1'))).not.toContain('only-on-three');
  expect(await on.stage.evidence('db-3')).toMatchObject({ alive: { kind: 'down' }, kept: true });
  await expectSameRows([on.stage.node('db-1'), on.stage.node('db-2')]);
});
