import { randomBytes } from 'node:crypto';
import { readdir, readlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { manifestOf, placeBackup } from '../backups/fixtures.ts';
import { partialName } from '../backups/names.ts';
import { noBackups } from '../contract/agent.ts';
import { until } from '../sandbox/until.ts';
import type { TlsMaterial } from '../tls/material.ts';
import { testCertificates, type TestCertificates } from '../tls/testing/certificates.ts';
import { AgentClient } from './client.ts';
import { consoleToken, readWhole, startTestAgent, type TestAgent } from './fixtures.ts';

const started: TestAgent[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((host) => host.remove()));
});
const start: typeof startTestAgent = async (changes) => {
  const host = await startTestAgent(changes);
  started.push(host);
  return host;
};

describe('an agent does not start, and names the field,', () => {
  test.each<{ what: string; changes: Parameters<typeof startTestAgent>[0]; message: string }>([
    {
      what: 'on all addresses without TLS',
      changes: { listen: '0.0.0.0:0' },
      message: 'agent.listen: without tls',
    },
    { what: 'on all IPv6 addresses without TLS', changes: { listen: '[::]:0' }, message: 'agent.listen' },
    { what: 'without a token', changes: { tokenFile: undefined }, message: 'agent.tokenFile is missing' },
    {
      what: 'with a token that is not there',
      changes: { tokenFile: '/nonexistent' },
      message: 'agent.tokenFile: /nonexistent',
    },
    {
      what: 'with a token that can be guessed',
      changes: async ({ folder }) => {
        await writeFile(join(folder, 'short'), 'secret');
        return { readerTokenFile: join(folder, 'short') };
      },
      message: 'agent.readerTokenFile: a token has at least 16 characters',
    },
    {
      what: 'with a schedule that is none',
      changes: ({ backups }) => ({ backups: { directory: backups, schedule: 'at dawn' } }),
      message: 'agent.backups.schedule: ',
    },
    {
      what: 'with a rule for full backups that is none',
      changes: ({ backups }) => ({ backups: { directory: backups, full: 'on Sundays' } }),
      message: 'agent.backups.full: ',
    },
    {
      what: 'with services and nowhere to keep their logs',
      changes: { backups: undefined, services: { x: { kind: 'gate', file: '/tmp/gate' } } },
      message: 'agent.stateDirectory is missing',
    },
  ])('$what', async ({ changes, message }) => {
    await expect(start(changes)).rejects.toThrow(message);
  });
});

test('an agent whose address is taken does not touch what the one there is writing', async () => {
  const first = await start();
  const half = partialName(manifestOf(Buffer.from('x'), '2026-11-20T01:00:00.000Z').name);
  await writeFile(join(first.backups, half), 'half');
  const listen = new URL(first.agent.url).host;
  await expect(start({ listen, backups: { directory: first.backups } })).rejects.toThrow('EADDRINUSE');
  expect(await readdir(first.backups)).toContain(half);
});

test('an agent without a database says what it is, and why a backup failed', async () => {
  const { client } = await start();
  expect(await client.status()).toEqual({
    version: '0.1.0',
    server: 'db-1',
    services: [],
    certificateProblems: [],
    database: { disk: null, readOnlyNext: null },
    backups: { ...noBackups, methods: ['dump'], freeBytes: expect.any(Number) },
  });
  const { id } = await client.takeBackup();
  await until(async () => (await client.backupRun(id)).state === 'failed', { what: 'the backup fails' });
  const { lastFailure } = (await client.status()).backups;
  expect(lastFailure?.text).toContain('no-server');
  expect((await client.backupRun(id)).error).toBe(lastFailure?.text);
});

test('an agent knows when its next backup is', async () => {
  const { client } = await start(({ backups }) => ({ backups: { directory: backups, schedule: '0 1 * * *' } }));
  const { nextAt } = (await client.status()).backups;
  expect(new Date(nextAt ?? 0).getMinutes()).toBe(0);
  expect(Date.parse(nextAt ?? '')).toBeGreaterThan(Date.now());
});

test('an agent ends within 5 s, whatever a download does', async () => {
  const host = await start();
  const { name } = await placeBackup(host.backups, randomBytes(20_000_000), '2026-11-20T01:00:00.000Z');
  const stuck = await host.client.downloadBackup(name, { method: 'GET', headers: {} });
  const before = performance.now();
  await host.agent.close();
  expect(performance.now() - before).toBeLessThan(5000);
  await expect(readWhole(stuck)).rejects.toThrow('broke off');
});

test('it says what its end would break off: a service that runs, too', async () => {
  const host = await start(({ folder }) => ({
    services: { update: { kind: 'gate', file: join(folder, 'gate'), run: ['sleep', '600'] } },
  }));
  expect(host.agent.busyWith()).toBeNull();
  await host.client.service('update', 'enable');
  await host.client.service('update', 'run');
  expect(host.agent.busyWith()).toBe('update is running');
  await host.client.service('update', 'disable');
  expect(host.agent.busyWith()).toBeNull();
});

const clientOf = (url: string, material: TlsMaterial, token = ''): AgentClient => {
  const client = new AgentClient({ server: 'db-1', url, token, secure: { material: () => material } });
  onTestFinished(() => client.close());
  return client;
};

describe('over TLS', () => {
  let made: TestCertificates;
  beforeAll(async () => {
    made = await testCertificates();
    await made.make('agent', 'agent');
  });
  afterAll(async () => await made[Symbol.asyncDispose]());

  const startSecure = async (clients?: { console?: string[]; replica?: string[] }): Promise<TestAgent> =>
    await start(() => {
      const { certificate, key, ca: clientCa, crl: clientCrl } = made.own.files('agent');
      const tls = { certificate, key, clientCa, clientCrl };
      return clients ? { tls: { ...tls, clients }, tokenFile: undefined, listen: '[::1]:0' } : { tls };
    });
  test('without a list of names a certificate of the CA opens the door, and the token says who it is', async () => {
    const { agent } = await startSecure();
    const known = await made.make('console', 'console');
    const client = clientOf(agent.url, known, consoleToken);
    expect(await client.status()).toMatchObject({ server: 'db-1' });
    await expect(client.takeBackup()).resolves.toMatchObject({ state: 'running' });
    await expect(clientOf(agent.url, known).status()).rejects.toThrow('token');
    await expect(clientOf(agent.url, { ca: known.ca ?? '' }, consoleToken).status()).rejects.toThrow(
      'The agent of db-1 refused the connection: This address needs a client certificate, and none was shown.',
    );
    const distrustful = clientOf(agent.url, { cert: known.cert ?? '', key: known.key ?? '' }, consoleToken);
    await expect(distrustful.status()).rejects.toThrow('its certificate is of another authority');
  });

  test('with a list the certificate is enough: the console may do all, a replica reads backups, others nothing', async () => {
    const visitor = await made.make('console.example.com', 'console');
    const replica = await made.make('replica-db-2', 'replication');
    const pin = made.own.certificates.find(({ name }) => name === 'replica-db-2')?.fingerprint ?? '';
    const { agent, backups } = await startSecure({ console: ['console.example.com'], replica: [pin] });
    expect(agent.url).toMatch(/^https:\/\/\[::1\]:/);
    const { name } = await placeBackup(backups, randomBytes(1000), '2026-11-20T01:00:00.000Z');
    const asked = { method: 'GET', headers: {} } as const;

    expect(await clientOf(agent.url, visitor).backups()).toHaveLength(1);
    expect(await readWhole(await clientOf(agent.url, replica).downloadBackup(name, asked))).toHaveLength(1000);
    await expect(clientOf(agent.url, replica).status()).rejects.toThrow('Who may only read backups may not do this.');
    // A token does not stand in for the place on the list.
    const stranger = clientOf(agent.url, await made.make('stranger', 'replication'), consoleToken);
    await expect(stranger.status()).rejects.toThrow('CN=stranger');
    await expect(stranger.downloadBackup(name, asked)).rejects.toThrow('is not on the list of agent.tls.clients');
  });

  test('a revoked and an expired certificate are refused at the backups too, and the reason reaches the console', async () => {
    const gone = await made.make('gone', 'replication');
    await made.own.revoke('gone', new Date());
    const { agent } = await startSecure({ replica: ['*'], console: ['console'] });
    const asked = { method: 'GET', headers: {} } as const;
    const name = 'db-1-2026-11-20T01-00-00Z.sql.zst';
    await expect(clientOf(agent.url, gone).downloadBackup(name, asked)).rejects.toThrow('CN=gone is revoked');
    const late = clientOf(agent.url, await made.makeExpired('late'));
    await expect(late.downloadBackup(name, asked)).rejects.toThrow('CN=late has expired');
  });
});

describe('the client', () => {
  test('says which agent does not answer when nothing listens', async () => {
    const host = await start();
    await host.agent.close();
    await expect(host.client.status()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^The agent of db-1 does not answer: .*ECONNREFUSED/),
    });
  });

  test('does not wait for an agent that accepts and says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const client = new AgentClient({ server: 'db-7', url: `http://127.0.0.1:${port}`, token: consoleToken });
    const before = performance.now();
    await expect(client.status()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('db-7'),
    });
    expect(performance.now() - before).toBeLessThan(6000);
    client.close();
    silent.close();
  });

  test('does not take an answer that is no agent’s', async () => {
    const odd = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    const address = odd.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const client = new AgentClient({ server: 'db-7', url: `http://127.0.0.1:${port}`, token: consoleToken });
    await expect(client.status()).rejects.toMatchObject({ code: 'unavailable' });
    client.close();
    odd.close();
  });

  test('a token that the agent does not take is the console’s fault, not its visitor’s', async () => {
    const host = await start();
    const client = new AgentClient({ server: 'db-1', url: host.agent.url, token: 'another-token-0123456789' });
    await expect(client.status()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('token'),
    });
    await expect(
      client.downloadBackup('db-1-2026-11-20T01-00-00Z.sql.zst', { method: 'GET', headers: {} }),
    ).rejects.toMatchObject({ code: 'unavailable' });
    client.close();
  });

  test('asks for no name that an agent does not give, and says when one is gone', async () => {
    const { client } = await start();
    for (const name of ['../v1/status', 'latest', 'db-1-2026-11-20T01-00-00Z.sql.zst']) {
      await expect(client.downloadBackup(name, { method: 'GET', headers: {} })).rejects.toMatchObject({
        code: 'not-found',
      });
    }
  });

  test('passes a range on and nothing else of a visitor', async () => {
    const host = await start();
    const content = randomBytes(1000);
    const { name } = await placeBackup(host.backups, content, '2026-11-20T01:00:00.000Z');
    const answer = await host.client.downloadBackup(name, {
      method: 'GET',
      headers: { Range: 'bytes=10-19', authorization: 'Bearer stolen', cookie: 'a=b', host: 'evil' },
    });
    expect(answer.status).toBe(206);
    expect((await readWhole(answer)).equals(content.subarray(10, 20))).toBe(true);
  });

  test('a download that is aborted ends at the agent too', async () => {
    const host = await start();
    const { name } = await placeBackup(host.backups, randomBytes(20_000_000), '2026-11-20T01:00:00.000Z');
    const openedFiles = async (): Promise<number> => {
      const fds = await readdir('/proc/self/fd');
      const links = await Promise.all(fds.map((fd) => readlinkOr(`/proc/self/fd/${fd}`)));
      return links.filter((link) => link.endsWith(name)).length;
    };
    const answer = await host.client.downloadBackup(name, { method: 'GET', headers: {} });
    expect(await openedFiles()).toBe(1);
    answer.destroy();
    await until(async () => (await openedFiles()) === 0, { what: 'the agent closes the file', timeoutMs: 3000 });
  });
});

async function readlinkOr(path: string): Promise<string> {
  return await readlink(path).catch(() => '');
}
