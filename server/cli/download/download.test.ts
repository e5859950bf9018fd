import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeConsole, type FakeConsole } from '../testing/fake-console.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

const content = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const name = 'db-2-20261120.sql.zst';
const at = '2026-11-20T12:00:00.000Z';
const dump = { server: 'db-2', name, method: 'dump', bytes: content.length, sha256, gtid: '0-1-5' };

const consoles: FakeConsole[] = [];
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-download-'));
  await writeFile(join(dir, 'token'), 'baton_token', { mode: 0o600 });
});
afterEach(async () => {
  for (const fake of consoles.splice(0)) await fake.close();
  await rm(dir, { recursive: true, force: true });
});

interface Served {
  readonly etag?: string;
  /** Bytes after which the connection is cut. */
  readonly cutAt?: number;
  readonly body?: Buffer;
}

async function console(served: Served, ranges: (string | undefined)[]): Promise<FakeConsole> {
  const { etag = '"one"', body = content } = served;
  const respond = (incoming: IncomingMessage, outgoing: ServerResponse): null => {
    const { range } = incoming.headers;
    if (incoming.method === 'GET') ranges.push(range);
    const same = incoming.headers['if-range'] === etag;
    const start = same ? Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0) : 0;
    outgoing.writeHead(start > 0 ? 206 : 200, { etag, 'content-length': body.length - start });
    if (incoming.method === 'HEAD') outgoing.end();
    else if (served.cutAt === undefined) outgoing.end(body.subarray(start));
    else outgoing.write(body.subarray(start, served.cutAt), () => outgoing.destroy());
    return null;
  };
  const path = `/clusters/erp5/dumps/db-2/${name}`;
  const fake = await fakeConsole({
    'GET /clusters/erp5/dumps': () => ({
      status: 200,
      body: [{ ...dump, startedAt: at, endedAt: at, verified: null }],
    }),
    [`GET ${path}`]: (incoming, _, outgoing) => respond(incoming, outgoing),
    [`HEAD ${path}`]: (incoming, _, outgoing) => respond(incoming, outgoing),
  });
  consoles.push(fake);
  return fake;
}

async function get(served: Served, ranges: (string | undefined)[] = []): Promise<Ran> {
  const fake = await console(served, ranges);
  const args = ['dumps', 'get', 'erp5', '-o', join(dir, 'dump'), '--url', fake.url];
  return await runBaton([...args, '--token-file', join(dir, 'token')]);
}

const stored = async (file: string): Promise<Buffer> => await readFile(join(dir, file));
const files = async (): Promise<string[]> => (await readdir(dir)).filter((file) => file !== 'token');

test('a dump arrives whole, checked, under its name alone', async () => {
  const ran = await get({});
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect((await stored('dump')).equals(content)).toBe(true);
  expect(await files()).toEqual(['dump']);
});

test('a broken download goes on where it stopped', async () => {
  expect((await get({ cutAt: 1_000_000 })).code).toBe(1);
  expect(await files()).toEqual(['dump.partial']);
  const there = (await stored('dump.partial')).length;
  expect(there).toBeGreaterThan(0);
  const ranges: (string | undefined)[] = [];
  expect((await get({}, ranges)).code).toBe(0);
  expect(ranges).toEqual([`bytes=${there}-`]);
  expect((await stored('dump')).equals(content)).toBe(true);
});

test('what is there of another file does not spoil a download: all of it is fetched then', async () => {
  await writeFile(join(dir, 'dump.partial'), randomBytes(1000));
  const ranges: (string | undefined)[] = [];
  expect((await get({}, ranges)).code).toBe(0);
  expect(ranges).toEqual(['bytes=1000-', undefined]);
  expect((await stored('dump')).equals(content)).toBe(true);
});

test('bytes that are not the ones of the catalogue are never left under the name of a dump', async () => {
  const other = Buffer.from(content);
  other[5] = (other[5] ?? 0) ^ 1;
  const ran = await get({ body: other });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('not the dump of the catalogue');
  expect(await files()).toEqual([]);
});

test('a dump that there is not is told with those there are', async () => {
  const fake = await console({}, []);
  const args = ['dumps', 'get', 'erp5', 'db-3', '--url', fake.url, '--token-file', join(dir, 'token')];
  const ran = await runBaton(args);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(`Known: db-2 ${name}`);
});
