import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { NodeWork } from '../../contract/galera-agent.ts';
import type { GaleraView, NodeReport, RecoveryPlan } from '../../contract/galera.ts';
import type { RoundPlan } from '../../contract/galera-rounds.ts';
import type { Operation } from '../../contract/operation.ts';
import { crashed, decideOn, serving, stopped, timedOut } from '../../galera/testing/example-evidence.ts';
import { fakeConsole, type FakeConsole } from '../testing/fake-console.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let dir: string;
let fake: FakeConsole;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-galera-cli-'));
  await writeFile(join(dir, 'token'), 'baton_token\n', { mode: 0o600 });
});
afterEach(() => fake.close());
afterAll(() => rm(dir, { recursive: true, force: true }));

const at = '2026-11-20T12:00:00.000Z';
const ended: Operation = {
  id: 'op1',
  kind: 'galera-recovery',
  cluster: 'wiki',
  target: 'db-1',
  title: 'Recovery of wiki from db-1',
  actor: 'ann',
  dryRun: false,
  startedAt: at,
  endedAt: at,
  outcome: 'succeeded',
  summary: 'wiki runs again from db-1, at 12; nothing was given up.',
  pointOfNoReturnPassed: true,
  cancelRequested: false,
  writeOutageMs: null,
  interruptions: [],
  steps: [],
  followUps: [],
};

async function recover(decision: ReturnType<typeof decideOn>, ...args: string[]): Promise<Ran> {
  const plan: RecoveryPlan = {
    ...decision,
    id: 'p1',
    cluster: 'wiki',
    fingerprint: 'f',
    steps: [],
    confirm: null,
    command: null,
    observedAt: at,
    expiresAt: at,
  };
  fake = await fakeConsole({
    'POST /clusters/wiki/galera/recovery-plans': () => ({ status: 200, body: plan }),
    'POST /clusters/wiki/galera/recoveries': () => ({ status: 202, body: { operationId: 'op1' } }),
    'GET /operations/op1': () => ({ status: 200, body: ended }),
  });
  return await runBaton(['galera', 'recover', 'wiki', '--url', fake.url, '--token-file', join(dir, 'token'), ...args]);
}
const asked = (): unknown => fake.calls.find(({ call }) => call.endsWith('/recoveries'))?.body;
const green = decideOn([crashed('db-1', 12), crashed('db-2', 11)]);

test('a green recovery names the node and the reason of the others, and goes on with --yes', async () => {
  const ran = await recover(green, '--yes');
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('not db-2: it stopped at 11, db-1 has 12');
  expect(asked()).toEqual({ planId: 'p1' });
});

test('another node takes its name typed: --yes is not enough', async () => {
  const ran = await recover(green, '--node', 'db-2', '--yes');
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('--confirm db-2');
  expect(asked()).toBeUndefined();
});

test('with its name it is begun from, and that name is handed on', async () => {
  expect((await recover(green, '--node', 'db-2', '--confirm', 'db-2')).code).toBe(0);
  expect(asked()).toEqual({ planId: 'p1', node: 'db-2', confirm: 'db-2' });
});

test('where no node is recommended it is refused, and says what is not known', async () => {
  const ran = await recover(decideOn([crashed('db-1', 12), timedOut('db-2')]), '--yes');
  expect(ran.code).toBe(3);
  expect(ran.stderr).toContain('Nothing is known of db-2');
});

test('a node that failed to start says why, and one that serves is left alone', async () => {
  const lines = ['2026-11-20 12:00:00 0 [ERROR] WSREP: failed to reach primary view'];
  const errorLog = { kind: 'read' as const, file: '/srv/error.log', lines };
  const evidence = [serving('db-1'), crashed('db-2', 11, { errorLog })];
  const work = { kind: 'starting' as const, startedAt: at, endedAt: at, error: 'it ended with code 1' };
  const view: GaleraView = {
    cluster: 'wiki',
    observedAt: at,
    decision: decideOn(evidence),
    evidence,
    work: [{ name: 'db-2', work }],
    floor: null,
    canKill: false,
  };
  fake = await fakeConsole({ 'GET /clusters/wiki/galera': () => ({ status: 200, body: view }) });
  const asking = ['wiki', '--url', fake.url, '--token-file', join(dir, 'token')];
  const { stdout } = await runBaton(['galera', 'status', ...asking]);
  expect(stdout).toContain(`db-2: it ended with code 1\n  ${lines[0]}`);
  expect((await runBaton(['galera', 'evidence', ...asking])).stdout).toContain(`/srv/error.log\n    ${lines[0]}`);
});

const stopPlan: RoundPlan = {
  cluster: 'wiki',
  act: 'stop',
  order: ['db-2', 'db-1'],
  text: 'All nodes stop, one after the other: db-2, db-1.',
  blocked: null,
  steps: [],
  confirm: 'wiki',
  command: 'baton galera stop wiki --confirm wiki',
  observedAt: at,
};

async function round(plan: RoundPlan, ...args: string[]): Promise<Ran> {
  fake = await fakeConsole({
    'POST /clusters/wiki/galera/round-plans': () => ({ status: 200, body: plan }),
    'POST /clusters/wiki/galera/rounds': () => ({ status: 202, body: { operationId: 'op1' } }),
    'GET /operations/op1': () => ({ status: 200, body: ended }),
  });
  return await runBaton(['galera', plan.act, 'wiki', '--url', fake.url, '--token-file', join(dir, 'token'), ...args]);
}
const begun = (): unknown => fake.calls.find(({ call }) => call.endsWith('/rounds'))?.body;

test('a whole cluster is stopped in the order that was shown, with its name typed and by no --yes', async () => {
  const unmeant = await round(stopPlan, '--yes');
  expect([unmeant.code, begun()]).toEqual([2, undefined]);
  expect(unmeant.stderr).toContain('--confirm wiki');
  await fake.close();
  const ran = await round(stopPlan, '--confirm', 'wiki');
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('db-2, db-1');
  expect(begun()).toEqual({ act: 'stop', order: ['db-2', 'db-1'], confirm: 'wiki' });
});

test('a restart that is blocked says why and begins nothing; a dry run begins nothing either', async () => {
  const plan = { ...stopPlan, act: 'restart' as const, confirm: null };
  const blocked = await round({ ...plan, blocked: 'The cluster is not whole: db-2 is down.' }, '--yes');
  expect([blocked.code, begun()]).toEqual([3, undefined]);
  expect(blocked.stderr).toContain('not whole: db-2 is down');
  await fake.close();
  expect([(await round(plan, '--dry-run')).code, begun()]).toEqual([0, undefined]);
});

const stopping = { kind: 'stopping', startedAt: at, endedAt: null, error: null };
test.each([['--dry-run'], ['--yes'], ['--last', 'db-1']])(
  'one node is not stopped with %s, which is for a cluster: it says so, and asks the console for nothing',
  async (...options) => {
    const node = 'POST /clusters/wiki/galera/nodes/db-2/stop';
    fake = await fakeConsole({ [node]: () => ({ status: 202, body: stopping }) });
    const asking = ['galera', 'stop', 'wiki/db-2', '--url', fake.url, '--token-file', join(dir, 'token')];
    const refused = await runBaton([...asking, ...options]);
    expect([refused.code, fake.calls]).toEqual([2, []]);
    expect(refused.stderr).toContain('they are for a cluster');
    const plain = await runBaton(asking);
    expect([plain.code, fake.calls.map(({ call }) => call)]).toEqual([0, [node]]);
  },
);

const startedAt = { kind: 'starting' as const, startedAt: at, endedAt: at };
const down = (name: string): NodeReport => stopped(name, 11_000);

/** A console that shows these nodes, and of which each start does something to them. */
async function startAll(
  nodes: NodeReport[],
  onStart: (node: string, failed: (error: string) => void) => NodeReport | null,
  ...args: string[]
): Promise<Ran> {
  const work = new Map<string, NodeWork>();
  const started = (name: string) => () => {
    const now = onStart(name, (error) => work.set(name, { ...startedAt, error }));
    if (now !== null) nodes = nodes.map((one) => (one.name === name ? now : one));
    return { status: 202, body: { ...startedAt, endedAt: null, error: null } };
  };
  const view = (): GaleraView => ({
    cluster: 'wiki',
    observedAt: at,
    decision: decideOn(nodes),
    evidence: nodes,
    work: [...work].map(([name, own]) => ({ name, work: own })),
    floor: null,
    canKill: false,
  });
  fake = await fakeConsole({
    'GET /clusters/wiki/galera': () => ({ status: 200, body: view() }),
    ...Object.fromEntries(nodes.map(({ name }) => [`POST /clusters/wiki/galera/nodes/${name}/start`, started(name)])),
  });
  return await runBaton(['galera', 'start', 'wiki', '--url', fake.url, '--token-file', join(dir, 'token'), ...args]);
}
const starts = (): string[] => fake.calls.flatMap(({ call }) => /nodes\/(.+)\/start/.exec(call)?.[1] ?? []);
const member = (name: string): NodeReport => serving(name, { members: ['db-1', 'db-2', 'db-3'], clusterSize: 3 });

test('a cluster’s nodes are started one after the other, each when the one before it is Synced', async () => {
  const ran = await startAll([serving('db-1'), down('db-2'), down('db-3')], member, '--yes', '--json');
  expect([ran.code, starts()]).toEqual([0, ['db-2', 'db-3']]);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    order: ['db-2', 'db-3'],
    nodes: [
      { node: 'db-2', error: null },
      { node: 'db-3', error: null },
    ],
  });
  const between = fake.calls.slice(
    fake.calls.findIndex(({ call }) => call.includes('db-2/start')),
    fake.calls.findIndex(({ call }) => call.includes('db-3/start')),
  );
  expect(between.map(({ call }) => call)).toContain('GET /clusters/wiki/galera');
});

test('where one does not come, no further one is started, and it says why', async () => {
  const nodes = [serving('db-1'), down('db-2'), down('db-3')];
  const ran = await startAll(nodes, (_, failed) => (failed('it ended with code 1'), null), '--yes');
  expect([ran.code, starts()]).toEqual([1, ['db-2']]);
  expect(ran.stdout).toContain('db-2: it ended with code 1');
  expect(ran.stderr).toContain('Not started: db-3.');
});

test('without --yes nobody is started where nobody can be asked, and with --dry-run the order is shown', async () => {
  const unasked = await startAll([serving('db-1'), down('db-2')], member);
  expect([unasked.code, starts()]).toEqual([2, []]);
  expect(unasked.stderr).toContain('--yes');
  await fake.close();
  const shown = await startAll([serving('db-1'), down('db-2')], member, '--dry-run');
  expect([shown.code, starts()]).toEqual([0, []]);
  expect(shown.stdout).toContain('Order: db-2');
});

test('where all are down no plain start is done: it names the recovery; where all run there is nothing to do', async () => {
  const refused = await startAll([down('db-1'), down('db-2')], member, '--yes');
  expect([refused.code, starts()]).toEqual([3, []]);
  expect(refused.stderr).toContain('baton galera recover wiki');
  await fake.close();
  expect([(await startAll([serving('db-1')], member, '--yes')).code, starts()]).toEqual([0, []]);
});

test.each([
  ['wiki/db-2', '--yes'],
  ['wiki', '--confirm', 'db-2'],
])('what is for a cluster and what is for one node is not passed over: %s %s', async (...about) => {
  fake = await fakeConsole({});
  const where = ['--url', fake.url, '--token-file', join(dir, 'token')];
  expect((await runBaton(['galera', 'start', ...about, ...where])).code).toBe(2);
  expect(fake.calls).toEqual([]);
});
