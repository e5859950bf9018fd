import { createHash, randomBytes } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openRaw } from '../agent/raw-download.ts';
import { dumpNamed } from './testing/examples.ts';
import type { FakeEngine } from './testing/fake-engine.ts';
import { serveFile } from './testing/file-server.ts';
import { ask, startTestListener } from './testing/start.ts';

const name = 'db-2-2026.sql.zst';
const content = randomBytes(300_000);
let baton: Awaited<ReturnType<typeof startTestListener>>;
let agent: Awaited<ReturnType<typeof serveFile>>;
beforeAll(async () => {
  baton = await startTestListener();
  await writeFile(join(baton.folder, 'dump'), content);
  agent = await serveFile(join(baton.folder, 'dump'));
  baton.engine.agent = at(agent);
  baton.engine.dumpsNow = [dumpNamed(name, content.length)];
});
afterAll(async () => {
  await baton.close();
  agent.close();
});

/** The way that the console really takes to an agent. */
const at = ({ url }: { url: string }): FakeEngine['agent'] => ({
  open: (file, asked) =>
    openRaw({ ...asked, url: new URL(file, url), secure: { material: () => ({}) }, timeoutMs: 2000 }),
});
const operator = (headers: Record<string, string> = {}) => ({
  authorization: `Bearer ${baton.token('operator')}`,
  ...headers,
});
const dumps = '/api/v1/clusters/erp5/dumps';
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ask(`${baton.url}${dumps}${path}`, { method, headers: operator(headers) });

/** Downloads and answers the digest, or breaks off after some bytes. */
function download(path: string, breakAfterBytes = Infinity): Promise<{ bytes: number; sha256: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${baton.url}${dumps}${path}`, { headers: operator(), agent: false }, (answer) => {
      const hash = createHash('sha256');
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        hash.update(piece);
        bytes += piece.length;
        if (bytes > breakAfterBytes) answer.destroy();
      });
      answer.once('error', () => undefined);
      answer.once('close', () => resolve({ bytes, sha256: hash.digest('hex') }));
    });
    asked.once('error', reject);
    asked.end();
  });
}
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('a dump arrives whole, with its size and name before it, and the audit hears of the end', async () => {
  const head = await get(`/db-2/${name}`, {}, 'HEAD');
  expect(head.headers).toMatchObject({
    'content-length': String(content.length),
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'private, no-transform',
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    etag: '"e1"',
    'x-content-type-options': 'nosniff',
  });
  expect(baton.engine.ended).toEqual([]);
  expect(await download(`/db-2/${name}`)).toEqual({ bytes: content.length, sha256: sha256(content) });
  await vi.waitFor(() => expect(baton.engine.ended).toHaveLength(1));
  expect(baton.engine.ended[0]).toMatchObject({ name, whole: true });
});

test('latest is the newest dump under its own name', async () => {
  expect((await get('/latest', {}, 'HEAD')).headers['content-disposition']).toContain(name);
  expect((await download('/latest')).sha256).toBe(sha256(content));
});

test('a range is answered as one, so that a browser can go on where it broke off', async () => {
  const answer = await get(`/db-2/${name}`, { range: 'bytes=299990-', 'if-range': '"e1"' });
  expect(answer.status).toBe(206);
  expect(answer.headers['content-range']).toBe('bytes 299990-299999/300000');
  expect(answer.headers['content-length']).toBe('10');
});

test.each([
  '/db-2/..%2f..%2fetc%2fpasswd',
  '/db-2/%2e%2e%2fpasswd',
  '/db-2/../../../etc/passwd',
  '/db-2/%2fetc%2fpasswd',
  `/db-2/${name}%00`,
  `/db-2/${name}/`,
  `/db-1/${name}`,
  `/..%2fdb-2/${name}`,
  '/db-2/http:%2f%2fevil.example%2fx',
])('a name that is not in the catalogue (%s) is 404, and nothing is opened', async (path) => {
  const before = baton.engine.calls.filter((call) => call.startsWith('openDump')).length;
  expect((await get(path)).status).toBe(404);
  expect(baton.engine.calls.filter((call) => call.startsWith('openDump')).length).toBe(before);
});

test('a browser that breaks off ends the reading at the agent, and the audit says so', async () => {
  await truncate(join(baton.folder, 'dump'), 2 ** 30);
  const big = await serveFile(join(baton.folder, 'dump'));
  baton.engine.agent = at(big);
  baton.engine.ended.length = 0;
  await download(`/db-2/${name}`, 1_000_000);
  await vi.waitFor(() => expect(big.opened()).toBe(0));
  await vi.waitFor(() => expect(baton.engine.ended).toMatchObject([{ name, whole: false }]));
  expect(baton.engine.ended[0]?.bytes).toBeLessThan(50_000_000);
  big.close();
});

test('a large dump goes through without staying in memory', async () => {
  const bytes = 2 ** 28;
  await truncate(join(baton.folder, 'dump'), bytes);
  const big = await serveFile(join(baton.folder, 'dump'));
  baton.engine.agent = at(big);
  const before = process.memoryUsage().rss;
  let most = 0;
  const received = await new Promise<number>((resolve, reject) => {
    const asked = request(`${baton.url}${dumps}/latest`, { headers: operator(), agent: false }, (answer) => {
      let count = 0;
      answer.on('data', (piece: Buffer) => {
        count += piece.length;
        most = Math.max(most, process.memoryUsage.rss());
      });
      answer.once('close', () => resolve(count));
    });
    asked.once('error', reject);
    asked.end();
  });
  expect(received).toBe(bytes);
  // The reader and the agent are in this process too, with buffers of their own.
  expect(most - before).toBeLessThan(bytes / 2);
  big.close();
});

test('a fifth download at once of the same user waits for its turn; another user does not', async () => {
  const big = await serveFile(join(baton.folder, 'dump'));
  baton.engine.agent = at(big);
  const open = () =>
    new Promise<() => void>((resolve) => {
      const asked = request(`${baton.url}${dumps}/latest`, { headers: operator(), agent: false }, (answer) => {
        answer.once('error', () => undefined);
        resolve(() => answer.destroy());
      });
      asked.end();
    });
  const four = await Promise.all([open(), open(), open(), open()]);
  const fifth = await get('/latest');
  expect(fifth.status).toBe(429);
  expect(Number(fifth.headers['retry-after'])).toBeGreaterThan(0);
  const admin = { authorization: `Bearer ${baton.token('admin')}` };
  expect((await ask(`${baton.url}${dumps}/latest`, { method: 'HEAD', headers: admin })).status).toBe(200);
  four.forEach((end) => end());
  await vi.waitFor(async () => expect((await get('/latest', {}, 'HEAD')).status).toBe(200));
  big.close();
});

test('an agent that dies in the middle gives the client a broken transfer, never a short whole one', async () => {
  const { createServer } = await import('node:http');
  const dying = createServer((_asked, answer) => {
    answer.writeHead(200, { 'content-length': 1000 });
    answer.write('half', () => answer.destroy());
  });
  await new Promise<void>((resolve) => dying.listen(0, '127.0.0.1', resolve));
  const address = dying.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  baton.engine.agent = at({ url: `http://127.0.0.1:${port}/` });
  await expect(get('/latest')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  dying.close();
});

test('an agent that does not answer is 503, before anything is promised', async () => {
  baton.engine.agent = null;
  expect((await get('/latest')).status).toBe(503);
});
