import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AgentRequests } from './agent-request.ts';

/** What a fake agent does with a request: answers it, breaks the connection off, or does so behind the head of its answer. */
type Act = 'answer' | 'reset' | 'head';

let server: Server;
let requests: AgentRequests;
/** Of each request: the number of its connection. */
let came: number[];
afterEach(async () => {
  requests.close();
  server.close();
  await once(server, 'close');
});

async function fakeAgent(...acts: readonly Act[]): Promise<void> {
  came = [];
  let connections = 0;
  server = createServer((socket) => {
    connections += 1;
    const own = connections;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      came.push(own);
      respond(socket, acts[came.length - 1] ?? 'answer');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  const port = typeof at === 'object' && at ? at.port : 0;
  requests = new AgentRequests({ server: 'db-1', url: `http://127.0.0.1:${port}`, token: 'secret' });
}

function respond(socket: Socket, act: Act): void {
  if (act === 'reset') return void socket.resetAndDestroy();
  const length = act === 'answer' ? 2 : 1_000;
  socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\nconnection: keep-alive\r\n\r\n{}`);
  if (act === 'head') setImmediate(() => socket.resetAndDestroy());
}

const get = { method: 'GET', timeoutMs: 5_000 } as const;
const post = { method: 'POST', timeoutMs: 5_000, body: {} } as const;

test('what only reads is asked again where the connection that rested had ended', async () => {
  await fakeAgent('answer', 'reset', 'answer');
  expect(await requests.json('/v1/status', get)).toEqual({});
  expect(await requests.json('/v1/status', get)).toEqual({});
  expect(came).toEqual([1, 1, 2]);
});

test('an agent that breaks a new connection off is not asked again', async () => {
  await fakeAgent('reset');
  await expect(requests.json('/v1/status', get)).rejects.toMatchObject({ code: 'unavailable' });
  expect(came).toEqual([1]);
});

test('what may be sent once only goes over a connection of its own, and never twice', async () => {
  await fakeAgent('answer', 'reset');
  await requests.json('/v1/status', get);
  await expect(requests.json('/v1/backups', post)).rejects.toMatchObject({ code: 'unavailable' });
  expect(came).toEqual([1, 2]);
});

test('what may be sent twice uses the connection that rests, and is sent again where that had ended', async () => {
  await fakeAgent('answer', 'reset', 'answer');
  await requests.json('/v1/status', get);
  expect(await requests.json('/v1/read-only', { ...post, repeatable: true })).toEqual({});
  expect(came).toEqual([1, 1, 2]);
});

test('an answer that breaks off behind its head is told, and its request not sent again', async () => {
  await fakeAgent('answer', 'head');
  await requests.json('/v1/status', get);
  await expect(requests.json('/v1/status', get)).rejects.toMatchObject({ code: 'unavailable' });
  expect(came).toEqual([1, 1]);
});
