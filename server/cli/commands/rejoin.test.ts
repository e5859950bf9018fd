import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Operation } from '../../contract/operation.ts';
import type { RejoinPlan } from '../../contract/rejoin.ts';
import { rejoinPlanOf } from '../../http/testing/examples.ts';
import { fakeConsole, type FakeConsole } from '../testing/fake-console.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let dir: string;
let fake: FakeConsole;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-rejoin-'));
  await writeFile(join(dir, 'token'), 'baton_token\n', { mode: 0o600 });
});
afterEach(() => fake.close());
afterAll(() => rm(dir, { recursive: true, force: true }));

const at = '2026-11-20T12:00:00.000Z';
const plan: RejoinPlan = { ...rejoinPlanOf('erp5', 'db-1'), address: '127.0.0.1:1', primary: 'db-2', observedAt: at };
const ended: Operation = {
  id: 'op1',
  kind: 'rejoin',
  cluster: 'erp5',
  target: 'db-1',
  title: 'Rejoin of db-1 to db-2 in erp5',
  actor: 'ann',
  dryRun: false,
  startedAt: at,
  endedAt: at,
  outcome: 'succeeded',
  summary: 'db-1 follows db-2.',
  pointOfNoReturnPassed: true,
  cancelRequested: false,
  writeOutageMs: null,
  interruptions: [],
  steps: [],
  followUps: [],
};

async function rejoin(answered: RejoinPlan, ...args: string[]): Promise<Ran> {
  fake = await fakeConsole({
    'POST /clusters/erp5/servers/db-1/rejoin-plans': () => ({ status: 200, body: answered }),
    'POST /clusters/erp5/servers/db-1/rejoin': () => ({ status: 202, body: { operationId: 'op1' } }),
    'GET /operations/op1': () => ({ status: 200, body: ended }),
  });
  return await runBaton(['rejoin', 'erp5/db-1', '--url', fake.url, '--token-file', join(dir, 'token'), ...args]);
}

test('baton rejoin --yes follows the operation to its end', async () => {
  const { code, stdout } = await rejoin(plan, '--yes');
  expect([code, stdout]).toEqual([0, expect.stringContaining('db-1 follows db-2.')]);
  expect(fake.calls[1]).toEqual({
    call: 'POST /clusters/erp5/servers/db-1/rejoin',
    body: { dryRun: false, setAside: false },
  });
});

test('a dry run needs no --yes; without one nobody who can’t be asked begins anything', async () => {
  expect((await rejoin(plan, '--dry-run', '--json')).code).toBe(0);
  expect(fake.calls[1]?.body).toEqual({ dryRun: true, setAside: false });
  await fake.close();
  expect((await rejoin(plan)).code).toBe(2);
  expect(fake.calls.map(({ call }) => call)).toEqual(['POST /clusters/erp5/servers/db-1/rejoin-plans']);
});

test('--set-aside asks for the plan with a copy, and sends the name that it asks to be typed', async () => {
  const copied: RejoinPlan = { ...plan, setAside: true, confirm: 'db-1' };
  expect((await rejoin(copied, '--set-aside', '--yes')).code).toBe(0);
  expect(fake.calls.slice(0, 2).map(({ body }) => body)).toEqual([
    { setAside: true },
    { dryRun: false, setAside: true, confirm: 'db-1' },
  ]);
  await fake.close();
  const { code, stderr } = await rejoin(copied, '--set-aside');
  expect([code, stderr]).toEqual([2, expect.stringContaining('add --yes')]);
});

test('a server with transactions of its own is refused with the list and the command that exports them', async () => {
  const text = 'db-1 has 5 transactions that db-2 does not have: 0-1-13…17';
  const { code, stderr } = await rejoin(
    {
      ...plan,
      blocked: true,
      checks: [
        { code: 'own-transactions', level: 'block', server: 'db-1', text, fix: null, commands: [], acceptable: false },
      ],
      extraTransactions: { server: 'db-1', primary: 'db-2', count: 5, ranges: [], text: '0-1-13…17', observedAt: at },
    },
    '--yes',
  );
  expect(code).toBe(3);
  expect(stderr).toContain(text);
  expect(stderr).toContain('/api/v1/clusters/erp5/servers/db-1/extra-transactions?format=sql');
  expect(fake.calls).toHaveLength(1);
});
