import { request } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CreatedToken, Session } from '../contract/access.ts';
import type { Operation } from '../contract/operation.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { TakeoverPlan } from '../contract/takeover.ts';
import { ask, errorOf } from '../http/testing/start.ts';
import type { RunningConsole } from './start-console.ts';
import { prepareRealConsole, type RealConsole } from './testing/real-console.ts';

let real: RealConsole;
let baton: { console: RunningConsole; url: string; token: string };
let scoped: string;

beforeAll(async () => {
  real = await prepareRealConsole();
  await real.configure((value) => {
    const account = value.clusters['erp5']?.['account'];
    // Nothing listens there: what counts is that there is another cluster.
    value.clusters['other'] = { account: structuredClone(account), servers: { 'x-1': { url: 'mysql://127.0.0.1:1' } } };
  });
  baton = await real.start();
  const takeover = { cluster: 'erp5', server: 'db-2' };
  scoped = (await call<CreatedToken>('POST', '/tokens', { name: 'takeover of db-2', takeover }, { status: 201 })).token;
});
afterAll(() => real.stop());

interface Asked {
  readonly status?: number;
  readonly token?: string;
  readonly cookie?: string;
}

async function call<T>(method: string, path: string, body?: unknown, asked: Asked = {}): Promise<T> {
  const { status = 200, token = baton.token, cookie } = asked;
  const answer = await ask(`${baton.url}/api/v1${path}`, {
    method,
    headers: {
      host: 'console.test',
      ...(cookie === undefined ? { authorization: `Bearer ${token}` } : { cookie, origin: 'http://console.test' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.text === '' ? JSON.parse('null') : JSON.parse(answer.text);
}

const refused = { status: 403 };

/** What the token of db-2 in erp5 may ask, with the names filled in that the test uses. */
const allowed = [
  'GET /health',
  'GET /session',
  'POST /session',
  'DELETE /session',
  'GET /clusters',
  'GET /clusters/erp5',
  'POST /clusters/erp5/takeover-plans',
  'GET /events',
];

/** A body that each route takes, so that what refuses is the right and not the form. */
const bodies: Readonly<Record<string, unknown>> = {
  'POST /users': { username: 'eve', password: 'correct horse', role: 'admin' },
  'POST /tokens': { name: 'more', role: 'admin' },
  'POST /clusters/erp5/takeover-plans': { target: 'db-2' },
  'POST /clusters/other/takeover-plans': { target: 'x-1' },
  'POST /clusters/erp5/takeovers': { planId: 'p' },
  'POST /clusters/other/takeovers': { planId: 'p' },
};

/** By the end of the path, for every cluster and server. */
const bodyEndings: readonly (readonly [string, unknown])[] = [
  ['/maintenance', { reason: 'new disk', minutes: 10 }],
  ['/galera/recoveries', { planId: 'p' }],
  ['/galera/round-plans', { act: 'stop' }],
  ['/galera/rounds', { act: 'restart', order: ['db-1'] }],
];

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of the API as it describes itself, for a cluster and server of the token and of another. */
async function routes(names: Readonly<Record<string, string>>): Promise<Route[]> {
  const { paths } = await call<{ paths: Record<string, Record<string, unknown>> }>('GET', '/openapi.json');
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase(),
      path: path
        .replace(/^\/api\/v1/, '')
        .replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? (name === 'action' ? 'run' : 'some')),
    })),
  );
}

/** The status alone: an event stream never ends. */
async function statusOf({ method, path }: Route): Promise<number> {
  const ending = bodyEndings.find(([end]) => path.endsWith(end))?.[1];
  const body = JSON.stringify(bodies[`${method} ${path}`] ?? ending ?? {});
  const query = path.endsWith('/history')
    ? '?server=db-2&metric=lag&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&points=10'
    : '';
  return await new Promise((resolve, reject) => {
    const sent = request(
      `${baton.url}/api/v1${path}${query}`,
      {
        method,
        headers: {
          host: 'console.test',
          authorization: `Bearer ${scoped}`,
          ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        },
      },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.destroy();
      },
    );
    sent.once('error', reject);
    sent.end(method === 'POST' ? body : undefined);
  });
}

test.each([
  ['its own cluster', { cluster: 'erp5', server: 'db-2' }],
  ['another server of its cluster', { cluster: 'erp5', server: 'db-3' }],
  ['another cluster', { cluster: 'other', server: 'x-1' }],
])('every route of the API but those of its takeover refuses a takeover-only token: %s', async (_, names) => {
  const all = await routes(names);
  expect(all.length).toBeGreaterThan(25);
  const open: string[] = [];
  const wrong: string[] = [];
  for (const route of all) {
    const name = `${route.method} ${route.path}`;
    // Signing in and out says nothing of who may do what; they have tests of their own.
    if (allowed.includes(name)) {
      open.push(name);
      continue;
    }
    // A plan that is not known is told as such: its id is a secret of whoever made it.
    const expected = name === 'POST /clusters/erp5/takeovers' ? 409 : 403;
    const status = await statusOf(route);
    if (status !== expected) wrong.push(`${name}: ${status}`);
  }
  expect(wrong).toEqual([]);
  expect(open.length).toBeGreaterThan(4);
  const metrics = await ask(`${baton.url}/metrics`, {
    headers: { host: 'console.test', authorization: `Bearer ${scoped}` },
  });
  expect(metrics.status).toBe(403);
});

test('it sees its cluster and no other, and hears of no other', async () => {
  const clusters = await call<ClusterSnapshot[]>('GET', '/clusters', undefined, { token: scoped });
  expect(clusters.map(({ name }) => name)).toEqual(['erp5']);
  await call('GET', '/clusters/other', undefined, { token: scoped, ...refused });
  const heard: unknown[] = [];
  const known = await baton.console.engine.tokens({
    name: 'test',
    role: 'admin',
    permissions: ['administer'],
    takeover: null,
    from: 'test',
  });
  expect(known.find(({ name }) => name === 'takeover of db-2')).toMatchObject({
    role: 'takeover',
    takeover: { cluster: 'erp5', server: 'db-2' },
  });
  const actor = { name: 'token:x', role: 'takeover', permissions: [], from: 'test' } as const;
  const stop = baton.console.engine.subscribe(
    { ...actor, takeover: { cluster: 'erp5', server: 'db-2' } },
    null,
    ({ event }) => heard.push(event.kind === 'snapshot' ? event.value.name : event.kind),
  );
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(3), { timeout: 20_000 });
  stop();
  expect(new Set(heard)).toEqual(new Set(['erp5']));
});

test('each server’s takeover address stands in its cluster', async () => {
  const { servers } = await call<ClusterSnapshot>('GET', '/clusters/erp5');
  expect(servers.map(({ takeoverUrl }) => takeoverUrl)).toEqual(
    ['db-1', 'db-2', 'db-3'].map((server) => `http://console.test/clusters/erp5/takeover/${server}`),
  );
});

test('no token is made for a server that is not there', async () => {
  const before = await call<unknown[]>('GET', '/tokens');
  for (const takeover of [
    { cluster: 'erp5', server: 'db-9' },
    { cluster: 'none', server: 'db-2' },
  ])
    await call('POST', '/tokens', { name: 'wrong', takeover }, { status: 404 });
  await call(
    'POST',
    '/tokens',
    { name: 'both', role: 'admin', takeover: { cluster: 'erp5', server: 'db-2' } },
    { status: 400 },
  );
  expect(await call<unknown[]>('GET', '/tokens')).toHaveLength(before.length);
});

test('as the password of a takeover-url it opens a session that may do the same, until it is revoked', async () => {
  const wrong = await ask(`${baton.url}/api/v1/session`, {
    method: 'POST',
    headers: { host: 'console.test' },
    body: { takeoverPassword: `${scoped}x` },
  });
  expect([wrong.status, errorOf(wrong).code]).toEqual([401, 'unauthenticated']);
  // The token of a whole role is no password: it is for scripts.
  const whole = await ask(`${baton.url}/api/v1/session`, {
    method: 'POST',
    headers: { host: 'console.test' },
    body: { takeoverPassword: baton.token },
  });
  expect(whole.status).toBe(401);
  const takeover = { cluster: 'erp5', server: 'db-3' };
  const made = await call<CreatedToken>('POST', '/tokens', { name: 'for a person', takeover }, { status: 201 });
  const answer = await ask(`${baton.url}/api/v1/session`, {
    method: 'POST',
    headers: { host: 'console.test' },
    body: { takeoverPassword: made.token },
  });
  const session: Session = JSON.parse(answer.text);
  expect(session).toMatchObject({ username: 'token:for a person', role: 'takeover', permissions: [], takeover });
  expect(session.expiresAt).not.toBeNull();
  const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';');
  const plan = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-3' }, { cookie });
  expect(plan.target).toBe('db-3');
  await call('POST', '/clusters/erp5/takeover-plans', { target: 'db-2' }, { cookie, ...refused });
  await call('GET', '/audit', undefined, { cookie, ...refused });
  await call('DELETE', `/tokens/${made.id}`, undefined, { status: 204 });
  await call('GET', '/session', undefined, { cookie, status: 401 });
});

test('it plans, runs, reads and cancels the takeover of its server, and touches nobody else’s', async () => {
  const mine = { token: scoped };
  await openPlan('db-2', mine);
  await call('POST', '/clusters/erp5/takeover-plans', { target: 'db-3' }, { ...mine, ...refused });
  // A plan that an operator made for another server.
  const foreign = await openPlan('db-3');
  await call('POST', '/clusters/erp5/takeovers', { planId: foreign.id }, { ...mine, ...refused });
  const dry = await started(foreign.id, { dryRun: true });
  for (const path of [`/operations/${dry}`, `/operations/${dry}/events`])
    await call('GET', path, undefined, { ...mine, ...refused });
  for (const act of ['cancel', 'resume']) await call('POST', `/operations/${dry}/${act}`, {}, { ...mine, ...refused });
  await ended(dry, baton.token);

  const plan = await openPlan('db-2', mine);
  const own = await started(plan.id, { token: scoped });
  const view = await ended(own, scoped);
  expect(view).toMatchObject({ target: 'db-2', actor: 'token:takeover of db-2' });
  expect(view.outcome).toMatch(/^succeeded/);
  // Too late to cancel it, which is for the operation to say and not for the token.
  await call('POST', `/operations/${own}/cancel`, {}, { ...mine, status: 422 });
  const audit = await call<{ actor: string; action: string }[]>('GET', '/audit?limit=20');
  expect(audit).toContainEqual(expect.objectContaining({ actor: 'token:takeover of db-2', action: 'takeover' }));
  // An operator's takeover of its server it may see, and not steer.
  const back = await openPlan('db-1');
  await ended(await started(back.id), baton.token);
  const again = await openPlan('db-2');
  const operators = await started(again.id, { dryRun: true });
  await call('GET', `/operations/${operators}`, undefined, mine);
  await call('POST', `/operations/${operators}/cancel`, {}, { ...mine, ...refused });
  await ended(operators, baton.token);
});

/** A plan that nothing blocks: at the start, and behind a takeover, it takes a look or two until the lag is known. */
async function openPlan(target: string, asked: Asked = {}): Promise<TakeoverPlan> {
  return await vi.waitFor(
    async () => {
      const plan = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target }, asked);
      expect(plan.blocked).toBe(false);
      return plan;
    },
    { timeout: 20_000, interval: 200 },
  );
}

async function started(
  planId: string,
  { token, dryRun = false }: { token?: string; dryRun?: boolean } = {},
): Promise<string> {
  const body = { planId, dryRun };
  const asked = { status: 202, ...(token === undefined ? {} : { token }) };
  return (await call<{ operationId: string }>('POST', '/clusters/erp5/takeovers', body, asked)).operationId;
}

async function ended(id: string, token: string): Promise<Operation> {
  return await vi.waitFor(
    async () => {
      const view = await call<Operation>('GET', `/operations/${id}`, undefined, { token });
      expect(view.outcome).not.toBeNull();
      return view;
    },
    { timeout: 60_000, interval: 100 },
  );
}
