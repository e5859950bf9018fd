import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ask, startTestListener } from '../testing/start.ts';

let baton: Awaited<ReturnType<typeof startTestListener>>;
let directory: string;
const script = `console.log(${JSON.stringify('x'.repeat(3000))})`;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-pages-'));
  await mkdir(join(directory, '.next', 'static', 'chunks'), { recursive: true });
  await writeFile(join(directory, '.next', 'static', 'chunks', 'a b.js'), script);
  await mkdir(join(directory, 'public'));
  await writeFile(join(directory, 'public', 'icon.png'), 'png');
  await writeFile(join(directory, 'secret'), 'hidden');
  baton = await startTestListener({
    pagesDirectory: directory,
    pagesProgram: join(import.meta.dirname, '..', 'testing', 'echo-pages.ts'),
  });
  await baton.listener.pagesReady;
});
afterAll(async () => {
  await baton.close();
  await rm(directory, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ask(`${baton.url}${path}`, { method, headers });
interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  env: Record<string, string>;
  secret: string;
}
const echoed = (text: string): Echo => JSON.parse(text);

/** What the engine answers to the pages' process when it shows an admin's ticket: "STATUS BODY". */
async function asked(what: string): Promise<string> {
  const cookie = await baton.cookieOf('admin');
  return (await get(`/engine?ask=${encodeURIComponent(what)}`, { cookie })).text;
}

/** The script as it is sent, packed or not. */
function bytes(encoding: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': encoding };
    const sent = request(`${baton.url}/_next/static/chunks/a%20b.js`, { headers }, (answer) => {
      answer.toArray().then((pieces) => resolve(Buffer.concat(pieces)), reject);
    });
    sent.once('error', reject);
    sent.end();
  });
}

test('who is not signed in is led to the sign-in page and back; a data request is told so', async () => {
  const page = await get('/clusters/erp5?tab=lag');
  expect([page.status, page.headers['location']]).toEqual([303, '/sign-in?next=%2Fclusters%2Ferp5%3Ftab%3Dlag']);
  expect((await get('/')).headers['location']).toBe('/sign-in');
  expect((await get('/clusters/erp5', { rsc: '1' })).status).toBe(401);
  expect((await get('/sign-in?next=%2F')).status).toBe(200);
});

test('Next sees no cookie, no token and nothing that claims to come from the console', async () => {
  const cookie = await baton.cookieOf('viewer');
  const answer = await get('/clusters/erp5?x=1', {
    cookie,
    'x-baton-ticket': 'forged',
    'x-baton-anything': 'forged',
    'content-security-policy': "script-src 'nonce-known'",
    'x-forwarded-host': 'evil.example',
    'x-middleware-subrequest': 'middleware',
    'next-action': 'abc',
    rsc: '1',
  });
  const { headers, url, method } = echoed(answer.text);
  expect([method, url]).toEqual(['GET', '/clusters/erp5?x=1']);
  expect(Object.keys(headers).toSorted()).toEqual([
    'accept-encoding',
    'connection',
    'content-security-policy',
    'host',
    'rsc',
    'x-baton-ticket',
  ]);
  expect(headers['x-baton-ticket']).not.toBe('forged');
  expect(headers['content-security-policy']).not.toContain('known');
});

test('each answer has a policy with a nonce of its own, the one that Next was told', async () => {
  const [one, two] = await Promise.all([get('/sign-in'), get('/sign-in')]);
  expect(one.headers['content-security-policy']).toBe(echoed(one.text).headers['content-security-policy']);
  expect(one.headers['content-security-policy']).toMatch(
    /script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}' 'strict-dynamic'/,
  );
  expect(one.headers['content-security-policy']).not.toBe(two.headers['content-security-policy']);
  expect(one.headers['x-powered-by']).toBeUndefined();
  expect(one.headers['cache-control']).toBe('private, no-store');
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s of a page never reaches Next', async (method) => {
  const cookie = await baton.cookieOf('admin');
  expect((await get('/sign-in', { cookie, origin: baton.url, 'next-action': 'abc' }, method)).status).toBe(404);
});

describe('the ticket', () => {
  test('reads what its visitor may see', async () => {
    expect(await asked('GET /clusters')).toMatch(/^200 \[\{"name":"erp5"/);
    expect(await asked('GET /session')).toContain('"username":"admin"');
  });
  test.each(['POST /operations/op-1/cancel', 'POST /session', 'DELETE /users/x'])(
    'acts on nothing: %s',
    async (what) => {
      const calls = baton.engine.calls.length;
      expect(await asked(what)).toMatch(/^403 /);
      expect(baton.engine.calls.length).toBe(calls);
    },
  );
  test.each(['GET /clusters/erp5/dumps/latest', 'GET /events', 'GET /metrics'])('opens no %s', async (what) => {
    expect(await asked(what)).toMatch(/^404 /);
  });
});

test('the process of the pages has no secret in its environment, and can read no file of the console', async () => {
  process.env['BATON_SECRET_OF_TEST'] = 'hidden';
  const { env, secret } = echoed((await get(`/sign-in?read=${encodeURIComponent(join(directory, 'secret'))}`)).text);
  expect(JSON.stringify(env)).not.toContain('hidden');
  expect(Object.keys(env).toSorted()).toEqual(
    expect.not.arrayContaining(['HOME', 'BATON_CONFIG', 'NODE_OPTIONS', 'BATON_SECRET_OF_TEST']),
  );
  expect(secret).toBe('ERR_ACCESS_DENIED');
});

test('the sockets of the pages and the engine are for this user alone', async () => {
  const { env } = echoed((await get('/sign-in')).text);
  const sockets = [env['BATON_PAGE_SOCKET'] ?? '', env['BATON_ENGINE_SOCKET'] ?? ''];
  const modes = await Promise.all([dirname(sockets[0] ?? ''), ...sockets].map((path) => stat(path)));
  expect(modes.map(({ mode }) => mode & 0o077)).toEqual([0, 0, 0]);
});

test('a page is compressed for who takes it', async () => {
  const plain = (await get('/sign-in')).text;
  expect(plain.length).toBeGreaterThan(2000);
  const response = await fetch(`${baton.url}/sign-in`, { headers: { 'accept-encoding': 'gzip' } });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('vary')).toBe('rsc, Accept-Encoding');
  expect((await response.text()).length).toBeGreaterThan(2000);
});

describe('files', () => {
  test('of the build are sent without sign-in, compressed once, kept for ever', async () => {
    const answer = await get('/_next/static/chunks/a%20b.js', { 'accept-encoding': 'br;q=0, gzip' });
    expect(answer.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(gunzipSync(await bytes('gzip')).toString()).toBe(script);
    expect(brotliDecompressSync(await bytes('gzip, br')).toString()).toBe(script);
    expect((await bytes('')).toString()).toBe(script);
  });
  test('of public/ are asked about again, and not sent twice', async () => {
    const first = await get('/icon.png');
    expect([first.text, first.headers['cache-control']]).toEqual(['png', 'public, max-age=0, must-revalidate']);
    const again = await get('/icon.png', { 'if-none-match': String(first.headers['etag']) });
    expect([again.status, again.text]).toEqual([304, '']);
  });
  test('may be workers that ask the API', async () => {
    expect((await get('/_next/static/chunks/a%20b.js')).headers['content-security-policy']).toContain(
      "default-src 'self'",
    );
  });
  test.each([
    '/_next/static/../../secret',
    '/_next/static/%2e%2e/%2e%2e/secret',
    '/_next/static/..%2f..%2fsecret',
    '/_next/static/nothing.js',
    '/_next/static/%zz',
    '/_next/static//etc/passwd',
  ])('elsewhere are none: %s', async (path) => {
    const answer = await get(path, { cookie: await baton.cookieOf('viewer') });
    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('hidden');
  });
});

test('when the process of the pages dies, a page says so, the API goes on, and the pages come back by themselves', async () => {
  const cookie = await baton.cookieOf('viewer');
  const died = await get('/die', { cookie });
  expect(died.status).toBe(503);
  expect(died.text).toContain('<h1>The pages are starting</h1>');
  expect(died.headers['retry-after']).toBe('2');
  expect(died.headers['content-security-policy']).toMatch(/default-src 'none'; style-src 'sha256-/);
  expect((await get('/api/v1/clusters', { cookie })).status).toBe(200);
  await vi.waitFor(async () => expect((await get('/', { cookie })).status).toBe(200), {
    timeout: 10_000,
    interval: 50,
  });
});
