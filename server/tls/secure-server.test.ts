import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Authority } from './authority.ts';
import { readMaterial, type TlsFiles, type TlsMaterial } from './material.ts';
import { connectSecurely, SecureAgent, type SecureClient } from './secure-client.ts';
import { secureServers } from './secure-server.ts';
import { loopback, materialOf, testCertificates, type TestCertificates } from './testing/certificates.ts';

let made: TestCertificates;
beforeAll(async () => {
  made = await testCertificates();
  await made.make('agent', 'agent');
  await made.make('console', 'console');
});
afterAll(async () => await made[Symbol.asyncDispose]());

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

interface Started {
  readonly url: string;
  readonly log: string[];
  readonly problem: () => string | null;
}

async function start(
  files: TlsFiles,
  handler: RequestListener = (_, answer) => answer.end('hello'),
  host = '::1',
): Promise<Started> {
  const log: string[] = [];
  const write = (fields: object, words: string): void => void log.push(`${words} ${JSON.stringify(fields)}`);
  const servers = await secureServers(files, { info: write, warn: write, error: write }, { everyMs: 50 });
  const server = servers.create(handler).listen(0, host);
  await once(server, 'listening');
  ends.push(() => {
    servers.stop();
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `https://${host === '::1' ? '[::1]' : host}:${port}/`, log, problem: () => servers.problem };
}

/** The listener's files, with a client authority. */
function demanding(authority: Authority = made.own, name = 'agent'): TlsFiles {
  const { certificate, key, ca, crl } = authority.files(name);
  return { certificate, key, ca, crl };
}

async function send(url: string, client: SecureClient, agent = new SecureAgent(client, {})): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    httpsRequest(url, { agent }, resolve).once('error', reject).end();
  });
}

async function ask(url: string, material: TlsMaterial, more: Partial<SecureClient> = {}): Promise<string> {
  const answer = await send(url, { material: () => material, ...more });
  return `${answer.statusCode} ${await text(answer)}`;
}

async function endOf(url: string, material: TlsMaterial): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connectSecurely({ host: hostname, port: Number(port) }, { material: () => material });
  await once(socket, 'secureConnect');
  const { valid_to } = socket.getPeerCertificate();
  socket.destroy();
  return valid_to;
}

test('a certificate of the authority is let in, over IPv6 as over IPv4', async () => {
  for (const host of ['::1', '127.0.0.1']) {
    const { url } = await start(demanding(), undefined, host);
    expect(await ask(url, await materialOf(made.own, 'console'))).toBe('200 hello');
  }
});

test('a client with a revocation list sends nothing to a server whose certificate is revoked', async () => {
  await made.make('lost', 'agent');
  const { certificate, key } = made.own.files('lost');
  const { url } = await start({ certificate, key });
  const { ca } = await materialOf(made.own, 'console');
  const { crl } = made.own.files('console');
  const trusted = await readMaterial({ ca: made.own.files('console').ca, crl });
  expect(await ask(url, trusted)).toBe('200 hello');
  await made.own.revoke('lost', new Date());
  await expect(ask(url, await readMaterial({ ca: made.own.files('console').ca, crl }))).rejects.toThrow('is revoked');
  expect(await ask(url, { ca: ca ?? '' })).toBe('200 hello');
});

test('an absent, a foreign, an expired and a revoked certificate are refused, and each is told which', async () => {
  const { url, log } = await start(demanding());
  const { ca = '' } = await materialOf(made.own, 'console');
  expect(await ask(url, { ca })).toMatch(/^401 .*needs a client certificate, and none was shown/);

  await made.foreign.issue([{ name: 'console', purpose: 'console', hosts: [...loopback] }]);
  expect(await ask(url, { ...(await materialOf(made.foreign, 'console')), ca })).toMatch(
    /^401 .*CN=console is of another authority/,
  );
  expect(await ask(url, await made.makeExpired('late'))).toMatch(/^401 .*CN=late has expired/);
  // One that only servers may show is no client's.
  expect(await ask(url, await made.make('mariadbd', 'server'))).toMatch(/^401 .*CN=mariadbd is not one for clients/);

  const stolen = await made.make('stolen', 'replication');
  expect(await ask(url, stolen)).toBe('200 hello');
  await made.own.revoke('stolen', new Date());
  await vi.waitFor(async () => expect(await ask(url, stolen)).toMatch(/^401 .*CN=stolen is revoked/), 5000);
  expect(log.join('\n')).toContain('CN=stolen');
});

test('a revocation list whose time is over lets nobody in, says so, and holds again once it is renewed', async () => {
  const crl = join(made.folder, 'over.pem');
  await writeFile(crl, await made.makeExpiredList());
  const { url } = await start({ ...demanding(), crl });
  const client = await materialOf(made.own, 'console');
  expect(await ask(url, client)).toMatch(/^401 .*CN=console can’t be checked: the revocation list here has expired/);
  await writeFile(crl, await readFile(made.own.files('agent').crl));
  await vi.waitFor(async () => expect(await ask(url, client)).toBe('200 hello'), 5000);
});

test('several authorities stand in one file, each with its own list', async () => {
  await made.foreign.issue([
    { name: 'friend', purpose: 'replication', hosts: [] },
    { name: 'former-friend', purpose: 'replication', hosts: [] },
  ]);
  const former = await materialOf(made.foreign, 'former-friend');
  await made.foreign.revoke('former-friend', new Date());
  const both = async (one: 'ca' | 'crl'): Promise<string> => {
    const file = join(made.folder, `both-${one}.pem`);
    const texts = [made.own.files('agent')[one], made.foreign.files('friend')[one]].map((path) =>
      readFile(path, 'utf8'),
    );
    await writeFile(file, (await Promise.all(texts)).join('\n'));
    return file;
  };
  const { url } = await start({ ...demanding(), ca: await both('ca'), crl: await both('crl') });
  const { ca = '' } = await materialOf(made.own, 'console');
  expect(await ask(url, await materialOf(made.own, 'console'))).toBe('200 hello');
  expect(await ask(url, { ...(await materialOf(made.foreign, 'friend')), ca })).toBe('200 hello');
  expect(await ask(url, { ...former, ca })).toMatch(/is revoked/);
});

test('a certificate renewed under a running download: it goes on, and new connections see the new one', async () => {
  const content = randomBytes(8_000_000);
  const { url } = await start(demanding(), (_, answer) => answer.end(content));
  const client = await materialOf(made.own, 'console');
  const download = await send(url, { material: () => client });
  const before = await endOf(url, client);
  await made.own.issue([{ name: 'agent', purpose: 'agent', hosts: [...loopback] }], 365);
  // In place and with a new list: who is trusted has changed as well.
  await made.make('another', 'replication');
  await made.own.revoke('another', new Date());
  await vi.waitFor(async () => expect(await endOf(url, client)).not.toBe(before), 5000);
  expect((await buffer(download)).equals(content)).toBe(true);
});

test('a half-written file leaves the old certificate in force, and says so, until it is whole', async () => {
  const files = demanding();
  const { url, log, problem } = await start(files);
  const client = await materialOf(made.own, 'console');
  const old = await endOf(url, client);
  const whole = await readFile(files.certificate ?? '', 'utf8');
  await truncate(files.certificate ?? '', 300);
  await vi.waitFor(() => expect(problem()).toMatch(/certificate\.pem is cut off in the middle/), 5000);
  expect(log.join('\n')).toContain('the old one stays');
  expect(await endOf(url, client)).toBe(old);
  await appendFile(files.certificate ?? '', whole.slice(300));
  await vi.waitFor(() => expect(problem()).toBeNull(), 5000);
  expect(await ask(url, client)).toBe('200 hello');
});

test('a certificate without the key that was written beside it is not put into use', async () => {
  const files = demanding();
  const { problem } = await start(files);
  await writeFile(files.key ?? '', await readFile(made.own.files('console').key, 'utf8'));
  await vi.waitFor(() => expect(problem()).toMatch(/does not go with its key/), 5000);
  await made.own.issue([{ name: 'agent', purpose: 'agent', hosts: [...loopback] }]);
  await vi.waitFor(() => expect(problem()).toBeNull(), 5000);
});

test('a connection of before a revocation takes no request after it', async () => {
  const material = await made.make('leaver', 'replication');
  const { url } = await start(demanding());
  const client: SecureClient = { material: () => material };
  const agent = new SecureAgent(client, { keepAlive: true });
  await text(await send(url, client, agent));
  const [kept] = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
  expect(kept?.destroyed).toBe(false);
  await made.own.revoke('leaver', new Date());
  await vi.waitFor(async () => expect(await ask(url, material)).toContain('is revoked'), 5000);
  expect(await text(await send(url, client, agent))).toContain('is revoked');
  agent.destroy();
});

test('a client sends nothing to a server that is not the pinned one, of the authority, or of that name', async () => {
  const heard: (string | undefined)[] = [];
  const { certificate, key } = made.own.files('agent');
  const { url } = await start({ certificate, key }, ({ headers }, answer) => {
    heard.push(headers.host);
    answer.end('hello');
  });
  const { ca = '' } = await materialOf(made.own, 'console');
  const pin = made.own.certificates.find(({ name }) => name === 'agent')?.fingerprint ?? '';
  const other = { ca: (await materialOf(made.foreign, 'console')).ca ?? '' };
  await expect(ask(url, {})).rejects.toThrow('its certificate is of another authority');
  await expect(ask(url, other)).rejects.toThrow('its certificate is of another authority');
  await expect(ask(url, { ca }, { name: 'db-9.example.com' })).rejects.toThrow('is not one of db-9.example.com');
  await expect(ask(url, {}, { fingerprint: 'ab'.repeat(32) })).rejects.toThrow(`not the pinned one but ${pin}`);
  await expect(ask(url, other, { fingerprint: pin })).rejects.toThrow('is of another authority');
  expect(heard).toEqual([]);
  expect(await ask(url, {}, { fingerprint: pin.toUpperCase().match(/../g)?.join(':') })).toBe('200 hello');
  expect(await ask(url, { ca }, { name: 'localhost' })).toBe('200 hello');
});
