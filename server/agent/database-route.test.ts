import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { databasePath } from '../contract/agent.ts';
import { until } from '../sandbox/until.ts';
import { buildApp } from './build-app.ts';
import { AgentClient } from './client.ts';
import { serveDatabase } from './database-route.ts';
import { consoleToken, readerToken, startTestAgent, type TestAgent } from './fixtures.ts';
import { LocalDoor } from './local-door.ts';
import { readTokens } from './tokens.ts';

/** What listens at the socket: the test is about bytes, so it speaks no protocol. */
let database: Server;
const accepted: Socket[] = [];
let host: TestAgent;
const opened: Socket[] = [];

beforeAll(async () => {
  database = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    // The agent looks at its server too; it would wait for a greeting.
    socket.once('data', () => accepted.push(socket));
  });
  host = await startTestAgent(async ({ folder }) => {
    await once(database.listen(join(folder, 's')), 'listening');
    return { server: { socket: join(folder, 's'), tunnel: true } };
  });
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  // The next test finds all places free.
  await Promise.all(accepted.splice(0).map(gone));
});
afterAll(async () => {
  await host?.remove();
  database?.close();
});

async function open(client = host.client): Promise<Socket> {
  const socket = await client.openDatabase(5_000);
  opened.push(socket);
  socket.write('hello');
  return socket.on('error', () => undefined);
}

const clientWith = (token: string): AgentClient => new AgentClient({ server: 'db-1', url: host.agent.url, token });

/** What the database has of the first connection, or of a later one. */
async function arrival(nth = 0): Promise<Socket> {
  await until(() => accepted.length > nth, { what: 'it arrives' });
  const source = accepted[nth];
  if (!source) throw new Error('no connection');
  return source;
}

/** Resolves when the agent holds its end no more. */
async function gone(source: Socket): Promise<boolean> {
  source.resume();
  await until(() => source.readableEnded || source.destroyed, { what: 'nothing of it is left' });
  return true;
}

/** An ordinary request, with whatever headers. */
async function ask(headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const asked = request(new URL(databasePath, host.agent.url), { headers }).end();
  const [answer] = await once(asked, 'response');
  return { status: answer.statusCode, text: await textOf(answer) };
}

test('what one end says the other hears, to the last byte before it closes', async () => {
  const socket = await open();
  const source = await arrival();
  const heard = once(source, 'data');
  socket.write('who are you');
  expect(String((await heard)[0])).toBe('who are you');
  source.end('too many connections');
  expect(await textOf(socket)).toBe('too many connections');
  await gone(source);
});

test('a console that goes away leaves no connection, though the server hangs and closes none', async () => {
  const socket = await open();
  const source = await arrival();
  socket.destroy();
  expect(await gone(source)).toBe(true);
});

test('a console that reads nothing stops the database, and no memory holds the rest', async () => {
  const socket = await open();
  socket.pause();
  const source = await arrival();
  // More than the buffers of the kernel and of three streams: a reader that takes nothing must not have it all taken in.
  const much = Buffer.alloc(64 << 20);
  source.write(much);
  // Twice as much passes by another connection meanwhile: the agent had its time.
  const other = await open();
  const beside = await arrival(1);
  let passed = 0;
  other.on('data', ({ length }: Buffer) => (passed += length));
  for (let times = 0; times < 2; times += 1) beside.write(much);
  await until(() => passed === 2 * much.length, { what: 'all of the other has passed' });
  expect(source.writableLength).toBe(much.length);
});

test('only the console comes in: a wrong token and a reader are refused with the reason', async () => {
  await expect(open(clientWith('wrong-token-0123456789'))).rejects.toMatchObject({
    kind: 'agent',
    message: "The agent of db-1 does not take the console's token. Compare both token files.",
  });
  await expect(open(clientWith(readerToken))).rejects.toMatchObject({ kind: 'agent' });
  expect(accepted).toEqual([]);
});

test('an agent that is not to hand it through says what to set', async () => {
  const other = await startTestAgent();
  await expect(open(other.client)).rejects.toMatchObject({
    kind: 'agent',
    message: 'db-1: This agent does not hand the database through. Set agent.server.tunnel: true in its configuration.',
  });
  await other.remove();
  await expect(open(other.client)).rejects.toMatchObject({
    kind: 'agent',
    message: /^The agent of db-1 does not answer/,
  });
});

test('a socket that nobody has open is the server’s own refusal; one that is not there says nothing of the server', async () => {
  const other = await startTestAgent(({ folder }) => ({ server: { socket: join(folder, 's'), tunnel: true } }));
  // More often than there are places: what fails keeps none.
  for (let count = 0; count < 65; count += 1)
    await expect(open(other.client)).rejects.toMatchObject({ kind: 'agent', message: /^db-1: connect ENOENT / });
  // A server that is killed leaves its socket; to the kernel any file that nobody listens at is one.
  await writeFile(join(other.folder, 's'), '');
  await expect(open(other.client)).rejects.toMatchObject({ kind: 'refused', message: /^db-1: connect ECONNREFUSED / });
  await other.remove();
});

test('requests that ask for no upgrade, or for another one, are answered as requests', async () => {
  const authorization = `Bearer ${consoleToken}`;
  expect(await ask({ authorization })).toMatchObject({
    status: 400,
    text: expect.stringContaining('upgrade to mariadb'),
  });
  const offers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
  expect(await ask({ authorization, ...offers })).toMatchObject({ status: 400 });
  expect(await ask(offers)).toMatchObject({ status: 401 });
});

test('there is a bound to how many it holds, also of those that ask at once, and a place is free again when one ends', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 80 }, () => open()));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(64);
  await expect(open()).rejects.toMatchObject({ kind: 'agent', message: expect.stringContaining('64 connections') });
  opened[0]?.destroy();
  await until(() => open().then(Boolean, () => false), { what: 'there is a place' });
});

test('one that is under way as the agent ends is refused, and leaves no connection', async () => {
  const silent = createServer();
  await once(silent.listen(join(host.folder, 't')), 'listening');
  const files = { tokenFile: join(host.folder, 'token'), readerTokenFile: undefined, byCertificate: false };
  const door = { secure: null, clients: null, tokens: await readTokens(files), local: new LocalDoor(host.folder) };
  const app = buildApp(door, pino({ level: 'silent' }));
  // The route runs up to its first wait within next().
  app.addHook('preHandler', (_request, _reply, next) => {
    next();
    end();
  });
  const end = serveDatabase(app, { socket: join(host.folder, 't'), tunnel: true });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const arrived = once(silent, 'connection');
  const client = new AgentClient({ server: 'db-1', url, token: consoleToken });
  await expect(open(client)).rejects.toMatchObject({ kind: 'agent', message: /^db-1: This agent ends/ });
  const [source] = await arrived;
  expect(await gone(source)).toBe(true);
  client.close();
  silent.close();
  await app.close();
});

test('an agent that ends takes its connections with it at once', async () => {
  const socket = await open();
  const source = await arrival();
  // A reset would be an end as well.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await host.agent.close();
  await closed;
  expect(await gone(source)).toBe(true);
});
