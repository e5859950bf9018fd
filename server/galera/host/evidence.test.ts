import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startPosition } from '../parse/recovered.ts';
import { until } from '../../sandbox/until.ts';
import { untilSynced, withStartOptions } from '../../sandbox/galera/node.ts';
import { expectSameRows, insert, uidsOf, untilState, writeSteadily } from '../testing/facts.ts';
import { galeraStage, type GaleraStage } from '../testing/stage.ts';
import { recoverPosition } from './recover-position.ts';

/** Three nodes on a busy machine, again and again down and up. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let stage: GaleraStage;
beforeAll(async () => {
  stage = await galeraStage();
});
afterAll(async () => {
  await stage.stop();
});

const names = ['db-1', 'db-2', 'db-3'];
const all = () => names.map((name) => stage.node(name));
const aliveOf = (name: string) => async (): Promise<string> => (await stage.evidence(name)).alive.kind;

/** Bootstraps the recommended node and starts the others with their positions, one after the other. */
async function bringBack(first: string): Promise<void> {
  const { nodes } = await stage.decision();
  for (const node of nodes.toSorted((a, b) => Number(b.name === first) - Number(a.name === first))) {
    const { uuid, seqno, gtid, name } = node;
    if (uuid === null || seqno === null) throw new Error(`${name} has no position: ${node.reason}`);
    if (name === first) {
      const { grastate } = await stage.evidence(name);
      const expected = grastate.kind === 'read' ? grastate.raw : '';
      await stage.agent(name).changeGrastate({ expected, safeToBootstrap: true, history: null });
    }
    await stage.start(name, { bootstrap: name === first, position: startPosition({ uuid, seqno, gtid }) });
  }
  await untilSynced(all());
}

test('scenario 9: a node that runs is never asked for its position by --wsrep-recover', async () => {
  const decision = await stage.decision();
  expect(decision).toMatchObject({ verdict: 'refuse', situation: 'running', start: [] });
  const { alive } = await stage.evidence('db-1');
  if (alive.kind !== 'serving') throw new Error(alive.kind);
  expect(alive.status).toMatchObject({ clusterStatus: 'primary', localState: 'Synced', clusterSize: 3 });
  expect(alive.status.members).toHaveLength(3);
  expect(alive.status.members).toContain(alive.status.ownId);
  expect(await stage.recoveries('db-1')).toBe(0);
  // Where it runs all the same it waits for the node's locks, and the node goes on.
  const { optionsFile, dataDir: dataDirectory } = stage.node('db-1');
  const asked = { program: 'mariadbd', optionsFile, dataDirectory, timeoutMs: 4_000 };
  expect(await recoverPosition(asked)).toMatchObject({
    kind: 'failed',
    reason: expect.stringContaining('(it had 4 s)'),
  });
  await insert(stage.node('db-1'), 'goes-on');
  expect(await stage.evidence('db-1')).toMatchObject({ alive: { kind: 'serving', status: { localState: 'Synced' } } });
});

test('scenario 7: a frozen node is silent, and the cluster without it is not bootstrapped', async () => {
  stage.node('db-3').freeze();
  try {
    expect(await stage.evidence('db-3')).toMatchObject({ alive: { kind: 'silent' } });
    await stage.node('db-1').kill();
    await stage.node('db-2').kill();
    expect(await stage.decision()).toMatchObject({ verdict: 'refuse', situation: 'member-unknown', recommended: null });
    expect(await stage.recoveries('db-3')).toBe(0);
  } finally {
    await stage.node('db-3').kill();
  }
  const decision = await stage.decision();
  expect(decision.verdict).toBe('green');
  await bringBack(decision.recommended ?? '');
});

test('scenario 1, the evidence: stopped in order, the last one is safe and the highest, and none is asked by --wsrep-recover', async () => {
  const before = await Promise.all(names.map(async (name) => await stage.recoveries(name)));
  for (const name of names) {
    await insert(stage.node(name), `ordered-${name}`);
    await stage.node(name).stop();
  }
  const decision = await stage.decision();
  expect(decision).toMatchObject({ verdict: 'green', recommended: 'db-3' });
  expect(decision.nodes.map(({ safeToBootstrap, source }) => [safeToBootstrap, source])).toEqual([
    [false, 'grastate'],
    [false, 'grastate'],
    [true, 'grastate'],
  ]);
  expect(await Promise.all(names.map(async (name) => await stage.recoveries(name)))).toEqual(before);
});

test('scenario 8, the evidence: a bootstrap that was refused by hand spoils the seqno, and InnoDB still has it', async () => {
  const [clean] = (await stage.decision()).nodes;
  const node = stage.node('db-1');
  await withStartOptions(node, 'wsrep_new_cluster=1', async () => {
    await expect(node.start()).rejects.toThrow('It may not be safe to bootstrap');
  });
  const spoilt = await stage.evidence('db-1');
  expect(spoilt.grastate).toMatchObject({ kind: 'read', seqno: '-1', safeToBootstrap: false });
  // And its error log is what tells why it did not start.
  expect(spoilt.errorLog).toMatchObject({ kind: 'read', file: node.errorLog });
  expect(spoilt.errorLog.kind === 'read' && spoilt.errorLog.lines.join()).toContain('It may not be safe to bootstrap');
  const decision = await stage.decision();
  expect(decision.nodes[0]).toMatchObject({ seqno: clean?.seqno, uuid: clean?.uuid, source: 'recover' });
  expect(decision).toMatchObject({ verdict: 'green', recommended: 'db-3' });
});

test('the position is read once, and again only when somebody has touched the files', async () => {
  const before = await stage.recoveries('db-1');
  await stage.agent('db-1').position(60_000);
  expect((await stage.evidence('db-1')).recovered.kind).toBe('position');
  expect(await stage.recoveries('db-1')).toBe(before);
  const { dataDir } = stage.node('db-1');
  await writeFile(join(dataDir, 'grastate.dat'), await readFile(join(dataDir, 'grastate.dat')));
  expect((await stage.evidence('db-1')).recovered.kind).toBe('not-run');
  await stage.agent('db-1').position(60_000);
  expect(await stage.recoveries('db-1')).toBe(before + 1);
});

test('scenario 18: grastate.dat is changed with owner and mode kept, a copy beside it, and only while it is what was read', async () => {
  const file = join(stage.node('db-3').dataDir, 'grastate.dat');
  const before = await stat(file);
  const text = await readFile(file, 'utf8');
  // What one that died between writing and renaming leaves.
  await writeFile(`${file}.${process.pid}.partial`, 'half');
  const { grastate } = await stage.evidence('db-3');
  expect(grastate).toMatchObject({ kind: 'read', raw: text });
  const change = { expected: text, safeToBootstrap: false, history: null };
  const { backup } = await stage.agent('db-3').changeGrastate(change);
  const after = await stat(file);
  expect([after.uid, after.gid, after.mode]).toEqual([before.uid, before.gid, before.mode]);
  expect(await readFile(backup, 'utf8')).toBe(text);
  expect(await readFile(file, 'utf8')).toBe(text.replace('bootstrap: 1', 'bootstrap: 0'));
  expect((await readdir(stage.node('db-3').dataDir)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  await expect(stage.agent('db-3').changeGrastate(change)).rejects.toMatchObject({ code: 'outdated' });
});

test('the agent brings it back: the chosen node keeps the history, the others take what they missed', async () => {
  const { nodes } = await stage.decision();
  const uuid = nodes[2]?.uuid ?? '';
  const seqno = BigInt(nodes[2]?.seqno ?? '0');
  await bringBack('db-3');
  const { alive } = await stage.evidence('db-3');
  if (alive.kind !== 'serving') throw new Error(alive.kind);
  expect(alive.status.stateUuid).toBe(uuid);
  expect(BigInt(alive.status.lastCommitted)).toBeGreaterThan(seqno);
  expect(await uidsOf(stage.node('db-1'))).toContain('ordered-db-3');
  await expectSameRows(all());
  expect(await readFile(stage.node('db-3').startFile ?? '', 'utf8')).toBe('');
  expect((await stage.evidence('db-3')).bootstrapSwitches).toEqual([]);
  await expect(stage.agent('db-1').start({ bootstrap: true, position: null, forgetView: false })).rejects.toMatchObject(
    {
      code: 'refused',
    },
  );
});

test('scenario 3, the evidence: killed one after the other while writing, the chosen has the highest, and every acknowledged row is there', async () => {
  const writer = writeSteadily(stage.node('db-3'), 'load');
  await untilMoreRows(20);
  await stage.node('db-1').kill();
  await untilMoreRows(20);
  await stage.node('db-2').kill();
  await stage.node('db-3').kill();
  const acknowledged = await writer.stop();
  const decision = await stage.decision();
  expect(decision.verdict).toBe('green');
  expect(decision.nodes.map(({ source }) => source)).toEqual(['recover', 'recover', 'recover']);
  const seqnos = new Map(decision.nodes.map(({ name, seqno }) => [name, BigInt(seqno ?? -1)]));
  // Whether the last write sets had reached the second before it was killed, or the third had committed them, is chance.
  const chosen = seqnos.get(decision.recommended ?? '') ?? -1n;
  expect([...seqnos.values()].every((seqno) => seqno <= chosen)).toBe(true);
  expect(seqnos.get('db-1')).toBeLessThan(chosen);
  await bringBack(decision.recommended ?? '');
  expect(await uidsOf(stage.node('db-1'))).toEqual(expect.arrayContaining(acknowledged));
  expect(acknowledged.length).toBeGreaterThan(20);
  await expectSameRows(all());
});

/** Resolves when the load has gone on for that many rows. */
async function untilMoreRows(more: number): Promise<void> {
  const before = await countRows();
  await until(async () => (await countRows()) >= before + more, { what: `${more} rows more` });
}

async function countRows(): Promise<number> {
  const [row] = await stage.node('db-3').sql('SELECT COUNT(*) AS n FROM shop.orders');
  return Number(row?.['n']);
}

/** All killed at once, and two started, with or without their positions: they wait for the third of their last view. */
async function twoWaiting(positions: boolean): Promise<void> {
  await Promise.all(all().map(async (node) => await node.kill()));
  const { nodes } = await stage.decision();
  for (const { name, uuid, seqno } of nodes.slice(0, 2)) {
    if (positions) await stage.agent(name).start({ bootstrap: false, position: `${uuid}:${seqno}`, forgetView: false });
    else await stage.node(name).begin();
  }
  for (const name of ['db-1', 'db-2']) await untilState(aliveOf(name), 'waiting');
}

test('scenario 5: two of three that were killed wait for the third, and it is all they need', async () => {
  await twoWaiting(true);
  const decision = await stage.decision();
  expect(decision).toMatchObject({ verdict: 'refuse', situation: 'waiting', act: 'start', start: ['db-3'] });
  const { uuid, seqno } = decision.nodes[2] ?? {};
  await stage.start('db-3', { bootstrap: false, position: `${uuid}:${seqno}` });
  await untilSynced(all());
  expect(await stage.evidence('db-1')).toMatchObject({ alive: { status: { stateUuid: uuid } } });
  await expectSameRows(all());
});

test('scenario 5, the other way: nodes that wait heed no SIGTERM; the agents end them, and one can be bootstrapped', async () => {
  await twoWaiting(false);
  // Started without positions they would form a cluster without a history: the third is not offered.
  const waiting = await stage.decision();
  expect(waiting).toMatchObject({ verdict: 'refuse', situation: 'waiting', act: 'none', start: [] });
  expect(waiting.text).toContain('without a history');
  for (const name of ['db-1', 'db-2']) await stage.agent(name).stop(true);
  for (const name of ['db-1', 'db-2']) await untilState(aliveOf(name), 'down');
  const decision = await stage.decision();
  expect(decision).toMatchObject({ verdict: 'green', doubts: [] });
  await bringBack(decision.recommended ?? '');
  await expectSameRows(all());
});

test('scenario 4: all that were killed and are started without positions form a cluster without a history, and that is an alarm', async () => {
  await Promise.all(all().map(async (node) => await node.kill()));
  await Promise.all(all().map(async (node) => await node.begin()));
  await untilSynced(all());
  expect(await stage.decision()).toMatchObject({
    verdict: 'refuse',
    situation: 'history-lost',
    act: 'none',
    start: [],
  });
});
