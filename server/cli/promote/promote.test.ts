import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Operation, OperationStep, Outcome } from '../../contract/operation.ts';
import type { Check, TakeoverPlan } from '../../contract/takeover.ts';
import { fakeConsole, type FakeConsole } from '../testing/fake-console.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

const consoles: FakeConsole[] = [];
let dir: string;
let tokenFile: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-promote-'));
  tokenFile = join(dir, 'token');
  await writeFile(tokenFile, 'baton_token\n', { mode: 0o600 });
});
afterEach(async () => {
  for (const fake of consoles.splice(0)) await fake.close();
});
afterAll(async () => await rm(dir, { recursive: true, force: true }));

const at = '2026-11-20T12:00:00.000Z';

const step = (id: string, state: OperationStep['state']): OperationStep => ({
  id,
  name: id,
  server: 'db-2',
  state,
  pointOfNoReturn: id === 'open',
  startedAt: at,
  endedAt: at,
  waitsFor: null,
  note: null,
  statements: [],
  log: null,
  error: null,
});

const plan = (change: Partial<TakeoverPlan> = {}): TakeoverPlan => ({
  id: 'p1',
  fingerprint: 'f',
  cluster: 'erp5',
  kind: 'switchover',
  kinds: ['switchover'],
  target: 'db-2',
  targetAddress: '127.0.0.1:2',
  oldPrimary: 'db-1',
  targetGtid: '0-1-5',
  checks: [],
  steps: [],
  roles: [],
  cost: { transactionsLost: 0, lossKnown: 'exact', lossKnownAsOf: at, writeOutageSeconds: 0.1, totalSeconds: 1 },
  blocked: false,
  confirm: null,
  command: '',
  observedAt: at,
  expiresAt: at,
  ...change,
});

const operation = (outcome: Outcome | null, change: Partial<Operation> = {}): Operation => ({
  id: 'op1',
  kind: 'switchover',
  cluster: 'erp5',
  target: 'db-2',
  title: 'Switchover to db-2',
  actor: 'ann',
  dryRun: false,
  startedAt: at,
  endedAt: outcome === null ? null : at,
  outcome,
  summary: null,
  pointOfNoReturnPassed: false,
  cancelRequested: false,
  writeOutageMs: 12,
  interruptions: [],
  steps: [step('lock', 'done'), step('open', outcome === null ? 'running' : 'done')],
  followUps: [],
  ...change,
});

const block = (acceptable: boolean): Check => ({
  code: 'target-lagging',
  level: 'block',
  server: 'db-2',
  text: 'db-2 is 40 s behind.',
  fix: 'Wait.',
  commands: [],
  acceptable,
});

interface Scene {
  readonly plan?: TakeoverPlan;
  readonly looks?: readonly Operation[];
  readonly cancel?: () => { status: number; body: unknown };
}

/** A console that answers this plan, and one look at the operation after the other. */
async function console(scene: Scene): Promise<FakeConsole> {
  const looks = [...(scene.looks ?? [operation('succeeded')])];
  return await fakeConsole({
    'POST /clusters/erp5/takeover-plans': () => ({ status: 200, body: scene.plan ?? plan() }),
    'POST /clusters/erp5/takeovers': () => ({ status: 202, body: { operationId: 'op1' } }),
    'GET /operations/op1': () => ({ status: 200, body: looks.length > 1 ? looks.shift() : looks[0] }),
    'POST /operations/op1/cancel': () => scene.cancel?.() ?? { status: 202, body: operation(null) },
  });
}

async function promote(fake: FakeConsole, ...more: string[]): Promise<Ran> {
  const args = ['promote', 'erp5/db-2', '--url', fake.url, '--token-file', tokenFile, ...more];
  consoles.push(fake);
  return await runBaton(args);
}

const begun = (fake: FakeConsole): unknown =>
  fake.calls.find(({ call }) => call === 'POST /clusters/erp5/takeovers')?.body ?? null;

test.each([
  ['succeeded', 0],
  ['succeeded-with-follow-ups', 4],
  ['failed-needs-hands', 5],
  ['unknown', 6],
] as const)('a takeover that %s ends the command with %i', async (outcome, code) => {
  const fake = await console({ looks: [operation(null), operation(outcome)] });
  const ran = await promote(fake, '--yes');
  expect(ran.code).toBe(code);
  expect(ran.stdout).toContain('✓ lock (db-2): done');
  expect(ran.stdout).toContain(`Switchover to db-2: ${outcome}`);
});

test('a check that blocks is shown and nothing begins', async () => {
  const fake = await console({ plan: plan({ checks: [block(false)], blocked: true }) });
  const ran = await promote(fake, '--yes', '--accept', 'target-lagging');
  expect(ran.code).toBe(3);
  expect(ran.stderr).toContain('target-lagging: db-2 is 40 s behind.');
  expect(begun(fake)).toBe(null);
});

test('an acceptable block that is named is accepted, and the console is told so', async () => {
  const fake = await console({ plan: plan({ checks: [block(true)], blocked: true }) });
  const ran = await promote(fake, '--yes', '--accept', 'target-lagging');
  expect(ran.code).toBe(0);
  expect(begun(fake)).toEqual({ planId: 'p1', accept: ['target-lagging'], dryRun: false });
});

test('without a terminal nothing begins unless --yes says so', async () => {
  const fake = await console({});
  const ran = await promote(fake);
  expect({ code: ran.code, begun: begun(fake) }).toEqual({ code: 2, begun: null });
  expect(ran.stderr).toContain('add --yes');
});

test('what may lose data asks for the name: --yes does not answer it, --confirm does', async () => {
  const refused = await console({ plan: plan({ kind: 'failover', confirm: 'db-2' }) });
  expect((await promote(refused, '--failover', '--yes')).code).toBe(2);
  expect(begun(refused)).toBe(null);
  const agreed = await console({ plan: plan({ kind: 'failover', confirm: 'db-2' }) });
  expect((await promote(agreed, '--failover', '--yes', '--confirm', 'db-2')).code).toBe(0);
  expect(begun(agreed)).toMatchObject({ confirm: 'db-2' });
  expect(agreed.calls[0]?.body).toEqual({ target: 'db-2', kind: 'failover' });
});

test('a dry run needs no yes and says that it is one', async () => {
  const fake = await console({ looks: [operation('succeeded', { dryRun: true })] });
  const ran = await promote(fake, '--dry-run');
  expect(ran.code).toBe(0);
  expect(begun(fake)).toMatchObject({ dryRun: true });
  expect(ran.stdout).toContain('(dry run)');
});

test('--json prints the plan and the operation and nothing else', async () => {
  const ran = await promote(await console({}), '--yes', '--json');
  expect(JSON.parse(ran.stdout)).toMatchObject({ plan: { id: 'p1' }, operation: { outcome: 'succeeded' } });
});

test('the first Ctrl-C cancels, and the command ends with what became of it', async () => {
  const interrupt = new AbortController();
  const looks = { cancelled: false };
  const fake = await fakeConsole({
    'POST /clusters/erp5/takeover-plans': () => ({ status: 200, body: plan() }),
    'POST /clusters/erp5/takeovers': () => ({ status: 202, body: { operationId: 'op1' } }),
    'GET /operations/op1': () => {
      interrupt.abort();
      return { status: 200, body: operation(looks.cancelled ? 'cancelled-restored' : null) };
    },
    'POST /operations/op1/cancel': () => {
      looks.cancelled = true;
      return { status: 202, body: operation(null) };
    },
  });
  const args = ['promote', 'erp5/db-2', '--yes', '--url', fake.url, '--token-file', tokenFile];
  consoles.push(fake);
  const ran = await runBaton(args, { signal: interrupt.signal });
  expect(ran.code).toBe(1);
  expect(ran.stdout).toContain('cancelled-restored');
});

test('reality that has moved is refused with the console’s own words', async () => {
  const fake = await fakeConsole({
    'POST /clusters/erp5/takeover-plans': () => ({ status: 200, body: plan() }),
    'POST /clusters/erp5/takeovers': () => ({
      status: 409,
      body: { error: { code: 'outdated', message: 'db-3 follows db-2 now.', next: 'Review again.', details: null } },
    }),
  });
  const ran = await promote(fake, '--yes');
  expect(ran).toMatchObject({ code: 3, stderr: 'db-3 follows db-2 now.\nReview again.\n' });
});

test('a request that was sent and never answered ends with 6: it may have begun', async () => {
  const fake = await fakeConsole({
    'POST /clusters/erp5/takeover-plans': () => ({ status: 200, body: plan() }),
    'POST /clusters/erp5/takeovers': (incoming) => {
      incoming.socket.destroy();
      return null;
    },
  });
  const ran = await promote(fake, '--yes');
  expect(ran.code).toBe(6);
  expect(ran.stderr).toContain('It may have begun');
});
