import { execFile } from 'node:child_process';
import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { untilSynced } from '../../sandbox/galera/node.ts';
import { until } from '../../sandbox/until.ts';
import { expectSameRows, failuresOf, insert, statesOf, uidsOf } from '../testing/facts.ts';
import { heldTransfers, type HeldTransfers } from '../testing/held-transfers.ts';
import { onStage } from '../testing/on-stage.ts';
import { recoveryDesk } from '../testing/recovery-desk.ts';

/** Three nodes on a busy machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

let transfers: HeldTransfers;
beforeAll(async () => {
  transfers = await heldTransfers();
});
afterAll(async () => await transfers.remove());
const on = onStage(() => transfers.options);
const { names, all, killAll } = on;
const aliveOf = async (name: string): Promise<string> => (await on.stage.evidence(name)).alive.kind;

/** Stops them one after the other, each with a row that the ones before it lack; begins the recovery. */
async function stoppedAndBegun(prefix: string): Promise<string> {
  for (const name of names) {
    await insert(on.stage.node(name), `${prefix}-${name}`);
    await on.stage.node(name).stop();
  }
  const { id } = await on.desk.recoveries.plan();
  return (await on.desk.recoveries.start({ planId: id, actor: 'ana' })).operationId;
}

test('scenarios 16 and 25: nodes join one after the other, a donor is busy and not broken, and one that dies while it takes what it missed leaves the cluster Primary', async () => {
  await transfers.hold('missed');
  const operationId = await stoppedAndBegun('ordered');
  await transfers.held();
  expect(await on.stage.evidence('db-3')).toMatchObject({
    alive: { kind: 'serving', status: { clusterStatus: 'primary', localState: 'Donor/Desynced', ready: true } },
  });
  const { decision } = await on.desk.recoveries.view();
  expect(decision).toMatchObject({ verdict: 'refuse', situation: 'running', recommended: null });
  // Nobody else has been started beside it.
  expect(await aliveOf('db-2')).toBe('down');
  await transfers.release();
  await transfers.held();
  expect(await aliveOf('db-1')).toBe('serving');
  await on.stage.node('db-2').kill();
  await transfers.end();
  const operation = await on.desk.operations.ended(operationId);
  expect(statesOf(operation).slice(-6)).toEqual([
    'history done',
    'join-db-1 done',
    'join-db-2 failed',
    'verify done',
    'compare done',
    'record done',
  ]);
  expect(operation.outcome).toBe('succeeded-with-follow-ups');
  expect(operation.followUps.map(({ text }) => text).join()).toContain('db-2 has not joined');
  await untilSynced([on.stage.node('db-1'), on.stage.node('db-3')]);
  await insert(on.stage.node('db-1'), 'goes-on');
  await on.desk.recoveries.startNode('db-2');
  await untilSynced(all());
  expect(await uidsOf(on.stage.node('db-2'))).toEqual(expect.arrayContaining(['ordered-db-3', 'goes-on']));
  await expectSameRows(all());
});

test('where the first that joins dies in the middle, one of two is left without a majority: nobody else is started, and another recovery makes it Primary', async () => {
  await until(async () => (await on.stage.agent('db-2').evidence()).work.endedAt !== null, { what: 'db-2 is started' });
  await transfers.hold('missed');
  const operationId = await stoppedAndBegun('again');
  await transfers.held();
  await on.stage.node('db-1').kill();
  await transfers.end();
  const operation = await on.desk.operations.ended(operationId);
  expect(operation.outcome).toBe('failed-needs-hands');
  expect(operation.summary).toContain('db-3 is not Primary any more');
  expect(operation.followUps.map(({ text }) => text).join()).toContain('Nobody serves: db-3 has lost the majority');
  expect(await aliveOf('db-2')).toBe('down');
  // A node that was killed this instant may not be told apart from one that has nothing yet.
  const plan = await vi.waitFor(
    async () => {
      const seen = await on.desk.recoveries.plan();
      expect(seen.nodes.every(({ alive, seqno }) => alive === 'serving' || BigInt(seqno ?? -1) >= 0n)).toBe(true);
      return seen;
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(plan).toMatchObject({ situation: 'non-primary', act: 'make-primary', recommended: 'db-3' });
  const next = await on.desk.recover(plan.confirm === null ? {} : { confirm: 'db-3' });
  expect(failuresOf(next)).toEqual([]);
  await expectSameRows(all());
});

test('scenario 10: a node that was killed in the middle of a full copy begins nothing, however high its position', async () => {
  const half = on.stage.node('db-2');
  await half.kill();
  await untilSynced([on.stage.node('db-1'), on.stage.node('db-3')]);
  await rm(join(half.dataDir, 'grastate.dat'));
  await insert(on.stage.node('db-1'), 'while-it-was-away');
  await transfers.hold('full-copy');
  await on.desk.recoveries.startNode('db-2');
  await transfers.held();
  await killAll();
  await transfers.end();
  // The script of the transfer takes its traces away: what is left looks like a node that crashed.
  await until(async () => (await on.stage.evidence('db-2')).transferLeftovers.length === 0, {
    what: 'the traces of the transfer are gone',
    timeoutMs: 60_000,
  });
  const plan = await on.desk.recoveries.plan();
  const positions = plan.nodes.map(({ seqno }) => BigInt(seqno ?? -1));
  expect(plan.nodes[1]).toMatchObject({ source: 'recover', choice: 'impossible', whole: false });
  expect(positions.every((position) => position <= (positions[1] ?? -1n))).toBe(true);
  expect(plan.recommended).not.toBe('db-2');
  const operation = await on.desk.recover(plan.confirm === null ? {} : { confirm: plan.confirm });
  expect(failuresOf(operation)).toEqual([]);
  expect(operation.steps.find(({ id }) => id === 'join-db-2')?.note).toMatch(
    /as foretold, it took a full copy, of \d+$/,
  );
  await expectSameRows(all());
});

test('scenario 22: a bootstrap that does not come to its end in time is left to a person: nothing else is begun, and all evidence is kept', async () => {
  await killAll();
  const agents = new Map(
    await Promise.all(names.map(async (name) => [name, await on.stage.impatient(name, 4)] as const)),
  );
  const agentOf = (name: string) => agents.get(name) ?? on.stage.agent(name);
  const hasty = await recoveryDesk(on.stage, { agent: agentOf });
  const { id, recommended, nodes } = await hasty.recoveries.plan();
  const chosen = on.stage.node(recommended ?? '');
  const others = names.filter((name) => name !== chosen.name);
  const stateOf = async (name: string): Promise<string> =>
    await readFile(join(on.stage.node(name).dataDir, 'grastate.dat'), 'utf8');
  const before = new Map(await Promise.all(names.map(async (name) => [name, await stateOf(name)] as const)));
  // It comes as far as this file, and no further until somebody has written it.
  const stuck = join(on.stage.cluster.dir, 'stuck.sql');
  await promisify(execFile)('mkfifo', ['--mode=666', stuck]);
  await writeFile(chosen.persistFile, `[mariadbd]\ninit_file=${stuck}\n`);
  const { operationId } = await hasty.recoveries.start({ planId: id, actor: 'ana' });
  const operation = await hasty.operations.ended(operationId);
  expect(operation.outcome).toBe('failed-needs-hands');
  expect(statesOf(operation)).toContain('bootstrap failed');
  expect(operation.followUps.map(({ text }) => text).join()).toContain('It is not repeated by itself');

  expect(await aliveOf(chosen.name)).toBe('silent');
  for (const name of others) expect([await aliveOf(name), await stateOf(name)]).toEqual(['down', before.get(name)]);
  const kept = (await readdir(chosen.dataDir)).filter((name) => name.startsWith('grastate.dat.kept-')).toSorted();
  expect(await readFile(join(chosen.dataDir, kept.at(-1) ?? ''), 'utf8')).toBe(before.get(chosen.name));
  expect(await hasty.recoveries.resume(operationId)).toEqual([]);
  const again = await hasty.recoveries.plan();
  expect(again).toMatchObject({ verdict: 'refuse', situation: 'member-unknown', recommended: null });
  await expect(hasty.recoveries.start({ planId: again.id, actor: 'ana' })).rejects.toMatchObject({ code: 'refused' });

  await (await open(stuck, 'w')).close();
  await untilSynced([chosen]);
  await writeFile(chosen.persistFile, '');
  const { decision } = await on.desk.recoveries.view();
  expect(decision).toMatchObject({ situation: 'running', act: 'start', start: others });
  expect(decision.nodes.find(({ name }) => name === chosen.name)?.uuid).toBe(nodes[0]?.uuid);
  hasty.close();
});
