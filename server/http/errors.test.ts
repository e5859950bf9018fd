import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorBody } from '../contract/errors.ts';
import { ask, errorOf, startTestListener } from './testing/start.ts';

let baton: Awaited<ReturnType<typeof startTestListener>>;
beforeAll(async () => {
  baton = await startTestListener();
});
afterAll(() => baton.close());

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  ask(`${baton.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${baton.token('admin')}`, ...headers },
    ...(body === undefined ? {} : { body }),
  });
const plans = '/api/v1/clusters/erp5/takeover-plans';

test.each([
  ['an unknown address', 404, 'not-found', () => call('GET', '/api/v1/nothing')],
  ['an unknown address outside the API', 404, 'not-found', () => call('GET', '/nothing')],
  ['an unknown method', 404, 'not-found', () => call('PUT', '/api/v1/clusters')],
  ['an unknown cluster', 404, 'not-found', () => call('GET', '/api/v1/clusters/nope')],
  ['a body that is not JSON', 400, 'invalid', () => call('POST', plans, '{"target":')],
  ['a body of another type', 415, 'invalid', () => call('POST', plans, 'x', { 'content-type': 'text/plain' })],
  ['no body', 400, 'invalid', () => call('POST', plans)],
  ['a field that is missing', 400, 'invalid', () => call('POST', plans, {})],
  ['a field nobody knows', 400, 'invalid', () => call('POST', plans, { target: 'db-2', force: true })],
  ['a body that is too long', 413, 'invalid', () => call('POST', plans, { target: 'x'.repeat(70_000) })],
  ['a number out of bounds', 400, 'invalid', () => call('GET', '/api/v1/audit?limit=100000')],
  ['an instant that is none', 400, 'invalid', () => call('GET', '/api/v1/operations?before=yesterday')],
  ['a plan refused by checks', 422, 'refused', () => call('POST', plans, { target: 'db-2' })],
  ['an address that cannot be decoded', 400, 'invalid', () => call('GET', '/api/v1/clusters/%zz')],
  ['__proto__ as a field', 400, 'invalid', () => call('POST', plans, '{"target":"db-2","__proto__":{"a":1}}')],
] as const)('%s: %i %s, as the contract shapes errors', async (_what, status, code, request) => {
  const answer = await request();
  expect(answer.status).toBe(status);
  expect(errorBody.parse(JSON.parse(answer.text)).error.code).toBe(code);
  expect(answer.headers['content-type']).toContain('application/json');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
});

test('an unknown cluster is answered with the known names', async () => {
  expect(errorOf(await call('GET', '/api/v1/clusters/nope')).details).toEqual({ known: ['erp5'] });
});

test('a fault of ours tells the caller its request, and nothing of its inside', async () => {
  baton.engine.planError = new Error('password=secret at /srv/baton');
  const answer = await call('POST', plans, { target: 'db-2' });
  baton.engine.planError = null;
  expect(answer.status).toBe(500);
  expect(errorOf(answer).code).toBe('internal');
  expect(answer.text).not.toMatch(/secret|srv/);
});

test('what is not HTTP gets 400 in the same shape, and the listener lives on', async () => {
  const { connect } = await import('node:net');
  const { port, hostname } = new URL(baton.url);
  const socket = connect(Number(port), hostname);
  socket.end('\x16\x03\x01 hello\r\n\r\n');
  const text = (await socket.toArray()).join('');
  expect(text).toContain('400 Bad Request');
  expect(errorBody.safeParse(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).success).toBe(true);
  expect((await call('GET', '/api/v1/health')).status).toBe(200);
});

test('an upgrade is not taken, and a client that offers one (HTTP/2, WebSocket) is answered in HTTP/1.1', async () => {
  for (const upgrade of ['h2c', 'websocket']) {
    const headers = { connection: 'Upgrade', upgrade };
    expect((await call('GET', '/api/v1/health', undefined, headers)).status).toBe(200);
  }
});
