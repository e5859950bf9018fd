import { randomBytes } from 'node:crypto';
import { readdir, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manifestOf, placeBackup } from '../backups/fixtures.ts';
import { backupName } from '../backups/names.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { until } from '../sandbox/until.ts';
import { consoleToken, readerToken, startTestAgent, type TestAgent } from './fixtures.ts';

const content = randomBytes(3_000_000);
let host: TestAgent;
let manifest: DumpManifest;
let older: DumpManifest;

beforeAll(async () => {
  host = await startTestAgent();
  older = await placeBackup(host.backups, randomBytes(1000), '2026-11-19T01:00:00.000Z');
  manifest = await placeBackup(host.backups, content, '2026-11-20T01:00:00.000Z');
});
afterAll(async () => {
  await host?.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The path goes out as it stands: fetch and URL would tidy up what an attacker would not. */
async function ask(path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  const response = await open(path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

async function open(
  path: string,
  { method = 'GET', headers }: { method?: string; headers?: Record<string, string> },
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(host.agent.url);
  return await new Promise((resolve, reject) => {
    const all = { authorization: `Bearer ${consoleToken}`, ...headers };
    httpRequest({ hostname, port, path, method, headers: all, agent: false }, resolve).on('error', reject).end();
  });
}

async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

describe('a download', () => {
  test('has the bytes, their number, their tag and their name', async () => {
    const { status, headers, body } = await ask(`/backups/${manifest.name}`);
    expect(status).toBe(200);
    expect(body.equals(content)).toBe(true);
    expect(headers).toMatchObject({
      'content-length': '3000000',
      'content-type': 'application/zstd',
      etag: `"${manifest.sha256}"`,
      'last-modified': 'Fri, 20 Nov 2026 01:00:00 GMT',
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-transform',
      'content-disposition': `attachment; filename="${manifest.name}"`,
    });
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(headers).not.toHaveProperty('content-encoding');
  });

  test('says the same to HEAD, without the bytes', async () => {
    const get = await ask(`/backups/${manifest.name}`);
    const head = await ask(`/backups/${manifest.name}`, { method: 'HEAD' });
    const { date: _, connection: __, ...expected } = get.headers;
    expect(head.status).toBe(200);
    expect(head.headers).toMatchObject(expected);
    expect(head.body).toHaveLength(0);
  });

  test('resumed twice, joins to the same bytes', async () => {
    const etag = `"${manifest.sha256}"`;
    const parts = await Promise.all(
      ['bytes=0-999999', 'bytes=1000000-1999999', 'bytes=2000000-'].map((range) =>
        ask(`/backups/${manifest.name}`, { headers: { range, 'if-range': etag } }),
      ),
    );
    expect(parts.map(({ status }) => status)).toEqual([206, 206, 206]);
    expect(parts.map(({ headers }) => headers['content-range'])).toEqual([
      'bytes 0-999999/3000000',
      'bytes 1000000-1999999/3000000',
      'bytes 2000000-2999999/3000000',
    ]);
    expect(parts.map(({ headers }) => headers['content-length'])).toEqual(['1000000', '1000000', '1000000']);
    expect(Buffer.concat(parts.map(({ body }) => body)).equals(content)).toBe(true);
  });

  test('resumed when the file has become another one, begins again whole', async () => {
    const headers = { range: 'bytes=500-', 'if-range': `"${older.sha256}"` };
    const { status, body } = await ask('/backups/latest', { headers });
    expect(status).toBe(200);
    expect(body.equals(content)).toBe(true);
  });

  test('of a range beyond the end is 416 and says the size', async () => {
    const { status, headers, body } = await ask(`/backups/${manifest.name}`, { headers: { range: 'bytes=3000000-' } });
    expect(status).toBe(416);
    expect(headers['content-range']).toBe('bytes */3000000');
    expect(body).toHaveLength(0);
  });

  test('of a file the asker has is 304', async () => {
    const { status, body } = await ask(`/backups/${manifest.name}`, {
      headers: { 'if-none-match': `"${manifest.sha256}"` },
    });
    expect(status).toBe(304);
    expect(body).toHaveLength(0);
  });

  test('of latest is the newest whole one, and names it', async () => {
    const { headers, body } = await ask('/backups/latest');
    expect(body.equals(content)).toBe(true);
    expect(headers['content-disposition']).toContain(manifest.name);
    expect(headers['content-location']).toBe(`/backups/${manifest.name}`);
  });

  test('that is broken off closes its file', async () => {
    const before = await openFiles();
    const responses = await Promise.all(Array.from({ length: 5 }, () => open(`/backups/${manifest.name}`, {})));
    for (const response of responses) {
      await new Promise((resolve) => response.once('data', resolve));
      response.destroy();
    }
    await until(async () => (await openFiles()) <= before, { what: 'files and sockets are closed' });
    expect(await openFiles()).toBeLessThanOrEqual(before);
  });
});

test('a manifest is readable beside its backup', async () => {
  const { status, body } = await ask(`/backups/${manifest.name}.json`);
  expect(status).toBe(200);
  expect(JSON.parse(body.toString())).toEqual(manifest);
});

test('the listing is a page for people and JSON on request, newest first', async () => {
  const page = await ask('/backups/');
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.body.toString()).toContain(`href="${manifest.name}"`);
  const { backups } = JSON.parse((await ask('/backups/', { headers: { accept: 'application/json' } })).body.toString());
  expect(backups.map(({ name }: { name: string }) => name)).toEqual([manifest.name, older.name]);
  expect(await host.client.backups()).toEqual(backups);
});

describe('what is not in the catalogue is 404, and nothing of it is sent:', () => {
  const secret = 'not for anybody';
  const orphan = manifestOf(Buffer.from(secret), '2026-11-18T01:00:00.000Z').name;
  const linked = manifestOf(Buffer.from(secret), '2026-11-17T01:00:00.000Z');
  beforeAll(async () => {
    await writeFile(join(host.folder, 'secret'), secret);
    await writeFile(join(host.backups, orphan), secret);
    await writeFile(join(host.backups, `.${orphan}.partial`), secret);
    await symlink(join(host.folder, 'secret'), join(host.backups, linked.name));
    await writeFile(join(host.backups, `${linked.name}.json`), JSON.stringify(linked));
  });
  test.each([
    ['a name that is not there', '/backups/db-1-2020-01-01T00-00-00Z.sql.zst'],
    ['a file without a manifest', `/backups/${orphan}`],
    ['a partial file', `/backups/.${orphan}.partial`],
    ['a symbolic link with a manifest', `/backups/${linked.name}`],
    ['the manifest of a symbolic link', `/backups/${linked.name}.json`],
    ['..', '/backups/../secret'],
    ['.. encoded', '/backups/%2e%2e%2fsecret'],
    ['.. encoded twice', '/backups/%252e%252e%252fsecret'],
    ['a backslash', '/backups/..%5csecret'],
    ['an absolute path', '/backups//etc/passwd'],
    ['an absolute path, encoded', '/backups/%2fetc%2fpasswd'],
    ['a NUL', `/backups/${encodeURIComponent('db-1-2026-11-20T01-00-00Z.sql.zst\0')}`],
    ['the state directory', '/backups/.agent'],
    ['a file of the state directory', '/backups/.agent%2flast-backup-failure.json'],
    ['a URL', '/backups/http:%2f%2fexample.com%2fx'],
    ['an address that is none', '/elsewhere'],
  ])('%s', async (_, path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({ error: { code: 'not-found' } });
    expect(body.toString()).not.toContain(secret);
  });

  test('a path that is no valid encoding is refused', async () => {
    expect((await ask('/backups/%zz')).status).toBe(400);
  });
});

describe('the token', () => {
  const addresses = [
    '/',
    '/elsewhere',
    '/backups/',
    '/backups/latest',
    '/v1/status',
    '/v1/backups',
    '/backups/%2e%2e%2fx',
  ];
  test.each(addresses)('is needed for %s', async (path) => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer wrong-token-0123456789',
      `Basic ${consoleToken}`,
      consoleToken,
    ]) {
      const { status, headers } = await ask(path, { headers: { authorization } });
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toBe('Bearer');
      expect(headers).not.toHaveProperty('etag');
    }
  });

  test('of a reader opens backups and nothing else', async () => {
    const headers = { authorization: `Bearer ${readerToken}` };
    for (const path of [
      '/backups/',
      '/backups/latest',
      `/backups/${manifest.name}`,
      `/backups/${manifest.name}.json`,
    ]) {
      expect((await ask(path, { headers })).status).toBe(200);
    }
    expect((await ask('/v1/status', { headers })).status).toBe(403);
    expect((await ask('/v1/backups', { headers, method: 'POST' })).status).toBe(403);
    expect((await ask('/v1/read-only', { headers, method: 'POST' })).status).toBe(403);
    expect((await ask('/v1/services/x', { headers, method: 'POST' })).status).toBe(403);
  });
});

const at = (day: number): string => `2026-11-${day}T01:00:02.000Z`;

describe('backups of several methods', () => {
  let agent: TestAgent;
  let placed: Record<'full' | 'incremental' | 'dump' | 'ofShop', DumpManifest>;

  beforeAll(async () => {
    agent = await startTestAgent();
    const lsn = { from: '0', to: '5' };
    const full = await placeAs(agent.backups, at(10), { method: 'mariabackup', lsn });
    const dump = await placeAs(agent.backups, at(11), { method: 'dump', compression: 'gzip' });
    const incremental = await placeAs(agent.backups, at(12), {
      method: 'mariabackup-incremental',
      base: full.name,
      lsn: { from: '5', to: '7' },
    });
    const ofShop = await placeAs(agent.backups, at(13), { method: 'dump', database: 'shop' });
    placed = { full, incremental, dump, ofShop };
  });
  afterAll(async () => {
    await agent?.remove();
  });

  async function read(path: string): Promise<{ status: number; location: string | null; text: string }> {
    const headers = { authorization: `Bearer ${readerToken}` };
    const answer = await fetch(`${agent.agent.url}${path}`, { headers });
    return { status: answer.status, location: answer.headers.get('content-location'), text: await answer.text() };
  }

  test('latest is the newest that needs no other file, of a method where one is asked for', async () => {
    expect(await read('/backups/latest')).toMatchObject({ location: `/backups/${placed.dump.name}` });
    expect(await read('/backups/latest?method=dump')).toMatchObject({ location: `/backups/${placed.dump.name}` });
    expect(await read('/backups/latest?method=mariabackup')).toMatchObject({
      location: `/backups/${placed.full.name}`,
    });
    expect((await read('/backups/latest?method=rsync')).status).toBe(400);
  });

  test('index.json has every manifest, newest first, and each stands beside its file', async () => {
    const { text } = await read('/backups/index.json');
    const { ofShop, incremental, dump, full } = placed;
    expect(JSON.parse(text)).toEqual({ format: 1, backups: [ofShop, incremental, dump, full] });
    expect(JSON.parse((await read(`/backups/${incremental.name}.json`)).text)).toEqual(incremental);
  });

  test('a replica of the origin finds them by the names that it knows', async () => {
    const { text } = await read('/backups/mariabackup/index.txt');
    expect(text).toBe('20261110010002.full.xb.zstd\n20261112010002.inc.xb.zstd\n');
    for (const [name, of] of [
      ['mariabackup/20261110010002.full.xb.zstd', placed.full],
      ['mariabackup/20261112010002.inc.xb.zstd', placed.incremental],
      ['mariadb-full/most-recent.sql.gz', placed.dump],
    ] as const) {
      expect(await read(`/backups/${name}`)).toMatchObject({
        status: 200,
        location: `/backups/${of.name}`,
        text: of.name,
      });
    }
    expect((await read('/backups/mariabackup/20261111010002.full.xb.zstd')).status).toBe(404);
    expect((await read('/backups/mariadb-full/..%2findex.json')).status).toBe(404);
  });
});

/** A backup whose content is its name. */
async function placeAs(directory: string, startedAt: string, facts: Partial<DumpManifest>): Promise<DumpManifest> {
  const plain = manifestOf(Buffer.from('x'), startedAt);
  const { method, compression, database } = { ...plain, ...facts };
  const named = { server: plain.server, startedAt: new Date(startedAt), method, database };
  const name = backupName({ ...named, compression: compression === 'gzip' ? 'gzip' : 'zstd' });
  const body = Buffer.from(name);
  const whole: DumpManifest = { ...manifestOf(body, startedAt), ...facts, name };
  await writeFile(join(directory, name), body);
  await writeFile(join(directory, `${name}.json`), JSON.stringify(whole));
  return whole;
}
