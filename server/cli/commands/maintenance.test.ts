import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterNamed } from '../../http/testing/examples.ts';
import { aServer } from '../../../components/status/example.ts';
import { fakeConsole, type FakeConsole } from '../testing/fake-console.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

const aside = { reason: 'kernel update', owner: 'ana', since: '2026-11-20T12:00:00Z', until: '2026-11-20T12:30:00Z' };
const path = '/clusters/erp5/servers/db-3/maintenance';
let dir: string;
let fake: FakeConsole;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-maintenance-'));
  await writeFile(join(dir, 'token'), 'baton_token\n', { mode: 0o600 });
  fake = await fakeConsole({
    [`POST ${path}`]: () => ({ status: 200, body: aside }),
    [`DELETE ${path}`]: () => ({ status: 200 }),
    'GET /clusters': () => ({
      status: 200,
      body: [{ ...clusterNamed('erp5'), servers: [aServer({ name: 'db-3', maintenance: aside }), aServer()] }],
    }),
  });
});
afterAll(async () => {
  await fake.close();
  await rm(dir, { recursive: true, force: true });
});
const maintenance = async (...args: string[]): Promise<Ran> =>
  await runBaton(['maintenance', ...args, '--url', fake.url, '--token-file', join(dir, 'token')]);

test('a server is set aside with its reason, its end and its owner', async () => {
  const ran = await maintenance('begin', 'erp5/db-3', '--reason', 'kernel update', '--minutes', '30', '--owner', 'ana');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toBe('db-3 is in maintenance until 2026-11-20T12:30:00Z: kernel update (ana)\n');
  expect(fake.calls.at(-1)).toEqual({
    call: `POST ${path}`,
    body: { reason: 'kernel update', minutes: 30, owner: 'ana' },
  });
});

test('without a reason or an end nothing is asked of the console', async () => {
  const asked = fake.calls.length;
  expect(await maintenance('begin', 'erp5/db-3', '--minutes', '30')).toMatchObject({ code: 2 });
  expect((await maintenance('begin', 'erp5/db-3', '--reason', 'x')).stderr).toContain('--minutes is missing');
  expect(fake.calls).toHaveLength(asked);
});

test('what is set aside is listed, and ended', async () => {
  expect((await maintenance('list')).stdout).toMatch(
    /^CLUSTER +SERVER +UNTIL .*\nerp5 +db-3 +2026-11-20T12:30:00Z +ana +kernel update\n$/,
  );
  expect(await maintenance('end', 'erp5/db-3')).toMatchObject({
    code: 0,
    stdout: 'The maintenance of db-3 has ended.\n',
  });
  expect(fake.calls.at(-1)?.call).toBe(`DELETE ${path}`);
});
