import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openRaw } from '../agent/raw-download.ts';
import type { TlsMaterial } from '../tls/material.ts';
import { SecureAgent } from '../tls/secure-client.ts';
import { testCertificates } from '../tls/testing/certificates.ts';
import { dumpNamed } from './testing/examples.ts';
import { serveFile } from './testing/file-server.ts';
import { ask, startTestListener } from './testing/start.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-listen-'));
});
afterAll(() => rm(folder, { recursive: true }));

const settings = (metricsFromLoopback: boolean) => () => ({
  url: 'http://console.test',
  hosts: [],
  metricsFromLoopback,
});
const host = 'console.test';

const scrape = (url: string, headers: Record<string, string> = {}) =>
  ask(`${url}/metrics`, { headers: { host, ...headers } });

const files = () => ({ certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') });
const make = async (name: string): Promise<void> => {
  const { certificate, key } = files();
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const out = ['-keyout', `${key}.new`, '-out', `${certificate}.new`, '-subj', `/CN=${name}`];
  await promisify(execFile)('openssl', [...args, ...out]);
  await rename(`${key}.new`, key);
  await rename(`${certificate}.new`, certificate);
};
const nameOf = (url: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const options = { rejectUnauthorized: false, agent: false, headers: { host } };
    const asked = request(`${url}/api/v1/health`, options, (answer) => {
      answer.resume();
      const { socket } = answer;
      resolve(
        'getPeerCertificate' in socket && typeof socket.getPeerCertificate === 'function'
          ? socket.getPeerCertificate().subject.CN
          : null,
      );
    });
    asked.once('error', reject);
    asked.end();
  });

test('it listens on several addresses at once: IPv4, IPv6 and a unix socket', async () => {
  const path = join(folder, 'console.sock');
  const listen = ['127.0.0.1:0', '[::1]:0', `unix:${path}`];
  const baton = await startTestListener({ listen, settings: settings(false) });
  const [v4 = '', v6 = '', unix] = baton.listener.urls;
  expect(unix).toBe(`unix:${path}`);
  expect(v6).toMatch(/^http:\/\/\[::1\]:\d+$/);
  for (const url of [v4, v6]) expect((await ask(`${url}/api/v1/health`, { headers: { host } })).status).toBe(200);
  const answer = await ask('http://console.test/api/v1/health', { socketPath: path });
  expect(answer.status).toBe(200);
  expect((await stat(path)).mode & 0o007).toBe(0);
  await baton.close();
});

test('an address that is in use is named, and nothing is left behind', async () => {
  const first = await startTestListener({ settings: settings(false) });
  const { port } = new URL(first.url);
  await expect(startTestListener({ listen: ['127.0.0.1:0', `127.0.0.1:${port}`] })).rejects.toThrow(
    `127.0.0.1:${port}`,
  );
  await first.close();
});

test('the socket of a dead console is replaced, that of a living one is not', async () => {
  const path = join(folder, 'twice.sock');
  const dead = createServer().listen(`${path}.dead`);
  await once(dead, 'listening');
  await rename(`${path}.dead`, path);
  dead.close();
  const first = await startTestListener({ listen: [`unix:${path}`], settings: settings(false) });
  await expect(startTestListener({ listen: [`unix:${path}`] })).rejects.toThrow('EADDRINUSE');
  await first.close();
});

test('a file at the path of a unix socket is never removed: it may be the store', async () => {
  const path = join(folder, 'console.sqlite');
  await writeFile(path, 'precious');
  await expect(startTestListener({ listen: [`unix:${path}`] })).rejects.toThrow('EADDRINUSE');
  expect(await readFile(path, 'utf8')).toBe('precious');
});

describe('/metrics', () => {
  test('asks for a token, on loopback too, unless loopback is allowed', async () => {
    const baton = await startTestListener({ settings: settings(false) });
    expect((await scrape(baton.url)).status).toBe(401);
    const answer = await scrape(baton.url, { authorization: `Bearer ${baton.token('viewer')}` });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    await baton.close();
  });
  test.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'])(
    'on allowed loopback is shut to what a proxy passes on (%s)',
    async (name) => {
      const baton = await startTestListener({ settings: settings(true) });
      expect((await scrape(baton.url)).status).toBe(200);
      expect((await scrape(baton.url, { [name]: '198.51.100.1' })).status).toBe(401);
      await baton.close();
    },
  );
  test('on a unix socket is open to whoever may connect to it', async () => {
    const path = join(folder, 'metrics.sock');
    const baton = await startTestListener({ listen: [`unix:${path}`], settings: settings(false) });
    expect((await ask('http://console.test/metrics', { socketPath: path })).status).toBe(200);
    const headers = { 'x-forwarded-for': '198.51.100.1' };
    expect((await ask('http://console.test/metrics', { socketPath: path, headers })).status).toBe(401);
    await baton.close();
  });
});

describe('with a certificate', () => {
  test('it speaks HTTPS, takes a renewed one without a restart, and keeps the old one when the new is no good', async () => {
    await make('first');
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(line) });
    const baton = await startTestListener({ tls: files(), settings: settings(false), logger });
    expect(baton.url).toMatch(/^https:/);
    expect(await nameOf(baton.url)).toBe('first');
    await make('second');
    await vi.waitFor(async () => expect(await nameOf(baton.url)).toBe('second'), { timeout: 5000, interval: 100 });
    await writeFile(files().certificate, 'rubbish');
    await vi.waitFor(() => expect(lines.join('')).toContain('the new certificate is not usable'), 5000);
    expect(await nameOf(baton.url)).toBe('second');
    await baton.close();
  });
  test('a dump that it sends is the same bytes, however slowly it is read', async () => {
    await make('dumps');
    const baton = await startTestListener({ tls: files(), settings: settings(false) });
    const content = randomBytes(20_000_000);
    const dump = join(folder, 'dump');
    await writeFile(dump, content);
    const agent = await serveFile(dump);
    baton.engine.agent = {
      open: (name, asked) =>
        openRaw({ ...asked, url: new URL(name, agent.url), secure: { material: () => ({}) }, timeoutMs: 2000 }),
    };
    baton.engine.dumpsNow = [dumpNamed('d.sql.zst', content.length)];
    const hash = createHash('sha256');
    await new Promise<void>((resolve, reject) => {
      const headers = { host, authorization: `Bearer ${baton.token('operator')}` };
      const options = { rejectUnauthorized: false, agent: false, headers };
      const asked = request(`${baton.url}/api/v1/clusters/erp5/dumps/latest`, options, (answer) => {
        let pieces = 0;
        answer.on('data', (piece: Buffer) => {
          hash.update(piece);
          pieces += 1;
          if (pieces % 50 !== 0) return;
          answer.pause();
          setTimeout(() => answer.resume(), 5);
        });
        answer.once('end', resolve);
        answer.once('error', reject);
      });
      asked.once('error', reject);
      asked.end();
    });
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
    agent.close();
    await baton.close();
  });
  test('and an authority for its visitors, who shows none of its certificates gets nothing, not even whether it runs', async () => {
    await using made = await testCertificates();
    await made.make('server', 'agent');
    const { certificate, key, ca, crl } = made.own.files('server');
    const visitor = await made.make('visitor', 'console');
    const baton = await startTestListener({
      tls: { certificate, key, ca, crl },
      settings: settings(false),
      listen: ['[::1]:0'],
    });
    const status = async (shown: TlsMaterial): Promise<string> => {
      const agent = new SecureAgent({ material: () => shown }, {});
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        request(`${baton.url}/api/v1/health`, { agent, headers: { host } }, resolve).once('error', reject).end();
      });
      return `${answer.statusCode} ${await text(answer)}`;
    };
    expect(await status(visitor)).toMatch(/^200 /);
    expect(await status({ ca: visitor.ca ?? '' })).toMatch(/^401 .*needs a client certificate/);
    expect(await status(await made.makeExpired('late'))).toMatch(/^401 .*CN=late has expired/);
    await baton.close();
  });
  test('that is not usable it does not start', async () => {
    await writeFile(files().certificate, await readFile(files().key));
    await expect(startTestListener({ tls: files() })).rejects.toThrow(/PEM|start line|certificate/i);
  });
});
