import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AuditEntry } from '../contract/access.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { Maintenance } from '../contract/maintenance.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { TakeoverPlan } from '../contract/takeover.ts';
import { ask } from '../http/testing/start.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { openStore } from '../store/open-store.ts';
import { MaintenanceBook } from '../topology/maintenance-book.ts';
import { createWatchMemory } from '../topology/memory.ts';
import { prepareRealConsole, type RealConsole } from './testing/real-console.ts';

let real: RealConsole;
let baton: Awaited<ReturnType<RealConsole['start']>>;
beforeAll(async () => {
  real = await prepareRealConsole();
  baton = await real.start();
});
afterAll(() => real.stop());

async function call<T>(method: string, path: string, body?: unknown, status = 200, token = baton.token): Promise<T> {
  const answer = await ask(`${baton.url}/api/v1${path}`, {
    method,
    headers: { host: 'console.test', authorization: `Bearer ${token}`, accept: 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text === '' ? 'null' : answer.text);
}
const seen = (change: (cluster: ClusterSnapshot) => void): Promise<void> =>
  vi.waitFor(async () => change(await call<ClusterSnapshot>('GET', '/clusters/erp5')), {
    timeout: 30_000,
    interval: 100,
  });
const path = '/clusters/erp5/servers/db-2/maintenance';

test('a server is set aside by one request: shown, audited, silent, no candidate, also after a restart; then it is ended', async () => {
  await caughtUp(real.cluster.server('db-2'), real.cluster.server('db-1'));
  const before = Date.now();
  const aside = await call<Maintenance>('POST', path, { reason: 'kernel update', minutes: 30 });
  expect(aside).toMatchObject({ reason: 'kernel update', owner: expect.stringMatching(/^token:/) });
  expect(Math.round((Date.parse(aside.until) - before) / 60_000)).toBe(30);
  await seen(({ servers }) =>
    expect(servers[1]).toMatchObject({ maintenance: aside, promotable: { possible: false } }),
  );
  const [entry] = await call<AuditEntry[]>('GET', '/audit?cluster=erp5');
  expect(entry).toMatchObject({
    action: 'maintenance-begin',
    object: 'db-2',
    result: expect.stringContaining('kernel'),
  });

  const plan = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-2' });
  expect(plan.checks.filter(({ level }) => level === 'block')).toMatchObject([
    { code: 'target-maintenance', acceptable: true, commands: ['baton maintenance end erp5/db-2'] },
  ]);
  const refused = await call<ErrorBody>('POST', '/clusters/erp5/takeovers', { planId: plan.id, confirm: 'db-2' }, 422);
  expect(refused.error.message).toContain('db-2 is in maintenance');

  await real.cluster.server('db-2').stop();
  await seen(({ servers, problems }) => {
    expect(servers[1]?.state).toBe('unreachable');
    expect(problems.filter(({ server }) => server !== null)).toEqual([]);
  });
  await real.cluster.server('db-2').start();

  await baton.console.close();
  baton = await real.start();
  await seen(({ servers }) =>
    expect(servers[1]).toMatchObject({ state: 'up', maintenance: { reason: 'kernel update' } }),
  );

  await call('DELETE', path, undefined, 204);
  await seen(({ servers }) => expect(servers[1]?.maintenance).toBeNull());
  const after = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-2' });
  expect(after.checks.map(({ code }) => code)).not.toContain('target-maintenance');
  expect((await call<AuditEntry[]>('GET', '/audit?cluster=erp5'))[0]).toMatchObject({ action: 'maintenance-end' });
  await call('DELETE', path, undefined, 404);
});

const ends = async (): Promise<AuditEntry[]> =>
  (await call<AuditEntry[]>('GET', '/audit?cluster=erp5')).filter(({ object }) => object === 'db-3');

test('a maintenance that ends by its time, also while no console runs, is in the audit once', async () => {
  await baton.console.close();
  const store = await openStore(`sqlite://${join(real.folder, 'console.sqlite')}`);
  const until = new Date(Date.now() - 1000).toISOString();
  const over: Maintenance = { reason: 'new disk', owner: 'ana', since: until, until };
  await new MaintenanceBook(createWatchMemory(store.memory, 'erp5'), Date.now).setAside('db-3', over);
  await store.close();
  baton = await real.start();
  await vi.waitFor(async () => expect(await ends()).toHaveLength(1), { timeout: 30_000, interval: 100 });
  await baton.console.close();
  baton = await real.start();
  await seen(({ servers }) => expect(servers[2]).toMatchObject({ state: 'up', maintenance: null }));
  expect(await ends()).toMatchObject([
    { actor: 'baton', from: 'console', action: 'maintenance-end', result: `over by its time, ${until}, ana: new disk` },
  ]);
});

test('what makes no sense is refused: no reason, no end, a month and more, an unknown server', async () => {
  await call('POST', path, { minutes: 30 }, 400);
  await call('POST', path, { reason: 'x' }, 400);
  await call('POST', path, { reason: ' ', minutes: 30 }, 400);
  await call('POST', path, { reason: 'x', minutes: 50_000 }, 400);
  const unknown = await call<ErrorBody>('POST', path.replace('db-2', 'db-9'), { reason: 'x', minutes: 30 }, 404);
  expect(unknown.error.next).toContain('db-1, db-2, db-3');
});

test('a viewer may set nothing aside', async () => {
  const { token } = await call<{ token: string }>('POST', '/tokens', { name: 'looks', role: 'viewer' }, 201);
  const refused = await call<ErrorBody>('POST', path, { reason: 'x', minutes: 30 }, 403, token);
  expect(refused.error.message).toMatch(/^A viewer may not/);
  expect(await call<ErrorBody>('DELETE', path, undefined, 403, token)).toEqual(refused);
});

const misconfigured = async () =>
  (await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-2' })).checks.filter(
    ({ code, level }) => code === 'read-only-configured' && level !== 'pass',
  );

test('the console knows from the agents how full the disks are, and what a restart would make of each server', async () => {
  await seen(({ servers }) => {
    expect(servers[1]?.agent.disk?.data?.freeBytes).toBeGreaterThan(0);
    expect(servers[1]?.agent.disk?.data?.totalBytes).toBeGreaterThan(servers[1]?.agent.disk?.data?.freeBytes ?? 0);
    expect(servers[1]?.agent.disk?.backups?.freeBytes).toBeGreaterThan(0);
  });
  await writeFile(real.cluster.server('db-3').persistFile, '[mariadbd]\nread_only=0\n');
  await seen(({ servers }) => expect(servers[2]?.agent.readOnlyNext).toBe(false));
  const [check] = await misconfigured();
  expect(check).toMatchObject({ server: 'db-3', level: 'warn', commands: ['[mariadbd]\nread_only=1'] });
  await writeFile(real.cluster.server('db-3').persistFile, `${check?.commands[0]}\n`);
  await seen(({ servers }) => expect(servers[2]?.agent.readOnlyNext).toBe(true));
  expect(await misconfigured()).toEqual([]);
});
