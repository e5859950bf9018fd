import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { request } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TlsMaterial } from './material.ts';
import { SecureAgent } from './secure-client.ts';
import { secureServers, type SecureServers } from './secure-server.ts';
import { materialOf, testCertificates, type TestCertificates } from './testing/certificates.ts';
import { upgradeOf } from './upgrades.ts';

let made: TestCertificates;
let servers: SecureServers;
let port = 0;
let listening: { close(): void };
const readAgain: string[] = [];

const note = (_: object, words: string): void => void readAgain.push(words);
const log = { info: note, warn: note, error: note };

/** Says back what it hears, in capitals. */
const echo: RequestListener = (asked) => {
  const socket = upgradeOf(asked)?.accept();
  socket?.on('error', () => undefined).on('data', (piece: Buffer) => socket.write(String(piece).toUpperCase()));
};

beforeAll(async () => {
  made = await testCertificates();
  for (const name of ['agent', 'console', 'stolen']) await made.make(name, 'console');
  const { certificate, key, ca, crl } = made.own.files('agent');
  servers = await secureServers({ certificate, key, ca, crl }, log, { everyMs: 50 });
  const server = servers.create(echo, 'shout').listen(0, '::1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  listening = server;
});
afterAll(async () => {
  servers.stop();
  listening.close();
  await made[Symbol.asyncDispose]();
});

async function upgrade(material: TlsMaterial): Promise<Socket | string> {
  const agent = new SecureAgent({ material: () => material }, {});
  const headers = { connection: 'Upgrade', upgrade: 'shout' };
  return await new Promise((resolve, reject) => {
    request({ host: '::1', port, agent, headers })
      .on('upgrade', (_answer, socket: Socket) => resolve(socket.on('error', () => undefined)))
      .on('response', (answer) => void text(answer).then((words) => resolve(`${answer.statusCode} ${words}`)))
      .on('error', reject)
      .end();
  });
}

async function opened(name: string): Promise<Socket> {
  const socket = await upgrade(await materialOf(made.own, name));
  if (typeof socket === 'string') throw new Error(socket);
  return socket;
}

async function say(socket: Socket, words: string): Promise<string> {
  const heard = once(socket, 'data');
  socket.write(words);
  return String((await heard)[0]);
}

test('who asks for another protocol comes through the same door, and is told why not', async () => {
  const { ca = '' } = await materialOf(made.own, 'console');
  expect(await upgrade({ ca })).toMatch(/^401 .*needs a client certificate, and none was shown/);
  expect(await say(await opened('console'), 'hello')).toBe('HELLO');
});

test('a list that is renewed cuts nobody, and one that names a client cuts that one alone', async () => {
  const [console, stolen] = [await opened('console'), await opened('stolen')];
  // The same list, written anew.
  await appendFile(made.own.files('agent').crl, `\n${await readFile(made.own.files('agent').crl, 'utf8')}`);
  await expect.poll(() => readAgain.length, { timeout: 5_000 }).toBe(1);
  expect([await say(console, 'still'), await say(stolen, 'here')]).toEqual(['STILL', 'HERE']);
  const cut = new Promise((resolve) => stolen.once('close', resolve));
  stolen.resume();
  await made.own.revoke('stolen', new Date());
  await cut;
  expect(await say(console, 'on')).toBe('ON');
});
