import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserRole } from '../contract/access.ts';
import { dumpNamed } from './testing/examples.ts';
import { type Answer, ask, errorOf, roles, startTestListener } from './testing/start.ts';

let baton: Awaited<ReturnType<typeof startTestListener>>;
beforeAll(async () => {
  baton = await startTestListener();
  baton.engine.dumpsNow = [dumpNamed('d.sql.zst', 10)];
});
afterAll(() => baton.close());

interface Route {
  /** Who gets past the door and the engine's permission; the rest is refused. */
  for: 'all' | UserRole;
  body?: unknown;
  /** What whoever may gets here, from the engine in memory. */
  answers: number;
}
const plan = { target: 'db-2' };
const takeover = { planId: 'p', accept: [], dryRun: false };
const user = { username: 'new', password: 'long enough', role: 'viewer' };

/** Every route of the API: a new one without a row here fails the first test. */
const table: Record<string, Route> = {
  'GET /health': { for: 'all', answers: 200 },
  'GET /session': { for: 'viewer', answers: 200 },
  'GET /clusters': { for: 'viewer', answers: 200 },
  'GET /clusters/erp5': { for: 'viewer', answers: 200 },
  'GET /clusters/erp5/history?server=db-1': { for: 'viewer', answers: 200 },
  'POST /clusters/erp5/takeover-plans': { for: 'viewer', body: plan, answers: 422 },
  'POST /clusters/erp5/takeovers': { for: 'operator', body: takeover, answers: 202 },
  'POST /clusters/erp5/servers/db-2/rejoin-plans': { for: 'viewer', body: {}, answers: 200 },
  'POST /clusters/erp5/servers/db-2/rejoin': { for: 'operator', body: {}, answers: 202 },
  'GET /clusters/erp5/galera': { for: 'viewer', answers: 422 },
  'POST /clusters/erp5/galera/recovery-plans': { for: 'operator', body: {}, answers: 422 },
  'POST /clusters/erp5/galera/recoveries': { for: 'operator', body: { planId: 'p' }, answers: 202 },
  'POST /clusters/erp5/galera/round-plans': { for: 'viewer', body: { act: 'stop' }, answers: 422 },
  'POST /clusters/erp5/galera/rounds': { for: 'operator', body: { act: 'stop', order: ['db-1'] }, answers: 202 },
  'POST /clusters/erp5/sandbox/kill': { for: 'operator', body: {}, answers: 200 },
  'POST /clusters/erp5/galera/nodes/db-2/start': { for: 'operator', body: {}, answers: 202 },
  'POST /clusters/erp5/galera/nodes/db-2/stop': { for: 'operator', body: {}, answers: 202 },
  'POST /clusters/erp5/servers/db-2/maintenance': {
    for: 'operator',
    body: { reason: 'kernel update', minutes: 30 },
    answers: 200,
  },
  'DELETE /clusters/erp5/servers/db-2/maintenance': { for: 'operator', answers: 204 },
  'GET /clusters/erp5/servers/db-2/extra-transactions': { for: 'viewer', answers: 200 },
  'GET /clusters/erp5/servers/db-2/extra-transactions?format=sql': { for: 'operator', answers: 200 },
  'GET /clusters/erp5/servers/db-2/exports': { for: 'viewer', answers: 200 },
  'GET /clusters/erp5/servers/db-2/exports/x.sql': { for: 'operator', answers: 200 },
  'POST /clusters/erp5/servers/db-2/keep-read-only': { for: 'operator', body: {}, answers: 200 },
  'POST /clusters/erp5/servers/db-2/services/update/run': { for: 'operator', body: {}, answers: 200 },
  'GET /clusters/erp5/servers/db-2/services/update/runs/run-1': { for: 'viewer', answers: 200 },
  'POST /operations/op-1/hooks/move-vip/run': { for: 'operator', body: {}, answers: 202 },
  'GET /operations': { for: 'viewer', answers: 200 },
  'GET /operations/op-1': { for: 'viewer', answers: 200 },
  'POST /operations/op-1/cancel': { for: 'operator', body: {}, answers: 200 },
  'POST /operations/op-1/resume': { for: 'operator', body: {}, answers: 200 },
  'GET /clusters/erp5/dumps': { for: 'viewer', answers: 200 },
  'GET /clusters/erp5/dumps/latest': { for: 'operator', answers: 503 },
  'GET /clusters/erp5/dumps/db-2/d.sql.zst': { for: 'operator', answers: 503 },
  'POST /clusters/erp5/servers/db-2/backups': { for: 'operator', body: {}, answers: 202 },
  'GET /clusters/erp5/servers/db-2/backups/run-1': { for: 'viewer', answers: 200 },
  'GET /clusters/erp5/servers/db-2/connection-parameters': { for: 'operator', answers: 200 },
  'POST /clusters/erp5/dumps/db-2/d.sql.zst/verify': { for: 'operator', body: {}, answers: 202 },
  'GET /clusters/erp5/servers/db-2/verifications/run-1': { for: 'viewer', answers: 200 },
  'GET /audit': { for: 'viewer', answers: 200 },
  'GET /users': { for: 'admin', answers: 200 },
  'POST /users': { for: 'admin', body: user, answers: 201 },
  'DELETE /users/gone': { for: 'admin', answers: 204 },
  'GET /tokens': { for: 'admin', answers: 200 },
  'POST /tokens': { for: 'admin', body: { name: 'ci', role: 'viewer' }, answers: 201 },
  'DELETE /tokens/gone': { for: 'admin', answers: 204 },
};
/** Tested elsewhere: they sign in and out, or never end. */
const elsewhere = ['POST /session', 'DELETE /session', 'GET /events', 'GET /operations/{id}/events'];

const call = (route: string, headers: Record<string, string>, body?: unknown): Promise<Answer> => {
  const [method = '', path = ''] = route.split(' ');
  return ask(`${baton.url}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
};

/** A route of the description, with the names that the table uses. */
function shape(route: string): string {
  return route
    .replace(/\?.*/, '')
    .replaceAll('{cluster}', 'erp5')
    .replaceAll('{server}', 'db-2')
    .replaceAll('{node}', 'db-2')
    .replace('/dumps/db-2/{name}', '/dumps/db-2/d.sql.zst')
    .replace('/verifications/{id}', '/verifications/run-1')
    .replace('/exports/{name}', '/exports/x.sql')
    .replace('/services/{name}/{action}', '/services/update/run')
    .replace('/services/{name}/runs/{id}', '/services/update/runs/run-1')
    .replace('{hook}', 'move-vip')
    .replace('/backups/{id}', '/backups/run-1')
    .replace('/operations/{id}', '/operations/op-1')
    .replace(/\{(username|id)\}/, 'gone');
}

test('every route of the API stands in the table', async () => {
  const answer = await call('GET /openapi.json', { authorization: `Bearer ${baton.token('viewer')}` });
  const { paths }: { paths: Record<string, Record<string, unknown>> } = JSON.parse(answer.text);
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'head')
      .map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
  );
  // One address may stand there twice: as JSON and as SQL.
  const tested = [...new Set([...Object.keys(table), ...elsewhere].map(shape))].toSorted();
  expect(described.map(shape).toSorted()).toEqual(tested);
});

describe.each(Object.entries(table))('%s', (route, row) => {
  test('without a proof of who asks', async () => {
    const calls = baton.engine.calls.length;
    const answer = await call(route, { origin: baton.url }, row.body);
    expect(answer.status).toBe(row.for === 'all' ? row.answers : 401);
    expect(answer.text.includes('"unauthenticated"')).toBe(row.for !== 'all');
    expect(baton.engine.calls.length).toBe(calls);
  });

  test.each(roles)('with the token of a %s', async (role) => {
    const answer = await call(route, { authorization: `Bearer ${baton.token(role)}` }, row.body);
    expect(answer.status).toBe(mayCall(role, row) ? row.answers : 403);
  });

  test.each(roles)('with the session of a %s', async (role) => {
    const cookie = await sessionOf(role);
    const answer = await call(route, { cookie, origin: baton.url }, row.body);
    expect(answer.status).toBe(mayCall(role, row) ? row.answers : 403);
  });
});

const cookies = new Map<UserRole, Promise<string>>();
function sessionOf(role: UserRole): Promise<string> {
  const known = cookies.get(role) ?? baton.cookieOf(role);
  cookies.set(role, known);
  return known;
}

function mayCall(role: UserRole, row: Route): boolean {
  return row.for === 'all' || roles.indexOf(role) >= roles.indexOf(row.for);
}

describe('what changes something, asked with a cookie', () => {
  const path = 'POST /operations/op-1/cancel';
  const cases: { from: string; headers: () => Record<string, string>; status: number }[] = [
    { from: 'a page of the console', headers: () => ({ 'sec-fetch-site': 'same-origin' }), status: 200 },
    { from: 'a page of the console over plain http', headers: () => ({ origin: baton.url }), status: 200 },
    { from: 'another site', headers: () => ({ 'sec-fetch-site': 'cross-site', origin: baton.url }), status: 403 },
    { from: 'another port of this host', headers: () => ({ 'sec-fetch-site': 'same-site' }), status: 403 },
    { from: 'an address typed by hand', headers: () => ({ 'sec-fetch-site': 'none' }), status: 403 },
    { from: 'another origin', headers: () => ({ origin: 'https://evil.example' }), status: 403 },
    { from: 'another port, over plain http', headers: () => ({ origin: 'http://127.0.0.1:1' }), status: 403 },
    {
      from: 'the console’s name by another scheme',
      headers: () => ({ origin: baton.url.replace('http:', 'https:') }),
      status: 403,
    },
    { from: 'a sandboxed frame', headers: () => ({ origin: 'null' }), status: 403 },
    { from: 'nowhere', headers: () => ({}), status: 403 },
    {
      from: 'another origin whose proxy claims this host',
      headers: () => ({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }),
      status: 403,
    },
  ];
  test.each(cases)('from $from: $status', async ({ headers, status }) => {
    const cookie = await sessionOf('operator');
    const before = baton.engine.calls.length;
    const answer = await call(path, { cookie, ...headers() }, {});
    expect(answer.status).toBe(status);
    expect(baton.engine.calls.length - before).toBe(status === 200 ? 1 : 0);
  });
  test('a sign-in from another site is refused before the password is looked at', async () => {
    const body = { username: 'admin', password: 'correct horse' };
    const answer = await call('POST /session', { origin: 'https://evil.example' }, body);
    expect([answer.status, answer.cookie]).toEqual([403, null]);
  });
  test('a script signs in without saying which page it is: it has no cookie that could be abused', async () => {
    const body = { username: 'admin', password: 'correct horse' };
    expect((await call('POST /session', {}, body)).status).not.toBe(403);
    expect((await call(path, {}, {})).status).toBe(401);
  });
});

describe('a name that points here without being ours (DNS rebinding)', () => {
  test.each(['evil.example', 'evil.example:80', 'localhost.'])('Host: %j is refused', async (host) => {
    const answer = await call('GET /health', { host });
    expect(answer.status).toBe(421);
    expect(errorOf(answer).message).toContain('console.test');
  });
  test('refused too with the right cookie and its own origin', async () => {
    const cookie = await sessionOf('admin');
    const headers = { cookie, host: 'evil.example', origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' };
    expect((await call('POST /operations/op-1/cancel', headers, {})).status).toBe(421);
  });
  test('the name of the configured address is answered, its default port said or not', async () => {
    for (const host of ['console.test', 'Console.Test:80'])
      expect((await call('GET /health', { host })).status).toBe(200);
  });
});

test('GET changes nothing: what acts is unknown by GET', async () => {
  const cookie = await sessionOf('admin');
  for (const path of ['/operations/op-1/cancel', '/operations/op-1/resume', '/clusters/erp5/takeovers']) {
    expect((await call(`GET ${path}`, { cookie })).status).toBe(404);
  }
});
