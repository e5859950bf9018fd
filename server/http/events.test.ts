import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandLineActor } from '../access/actor.ts';
import { createEventStreams } from './event-streams.ts';
import { clusterNamed, operationNamed } from './testing/examples.ts';
import { ask, startTestListener } from './testing/start.ts';

let baton: Awaited<ReturnType<typeof startTestListener>>;
beforeEach(async () => {
  baton = await startTestListener();
});
afterEach(() => baton.close());

interface Listening {
  answer: IncomingMessage;
  /** Everything received so far. */
  text: () => string;
  ended: Promise<void>;
}

function listen(path: string, headers: Record<string, string>): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const asked = request(`${baton.url}/api/v1${path}`, { headers, agent: false }, (answer) => {
      let received = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => (received += piece));
      const ended = new Promise<void>((end) => answer.once('close', end));
      answer.once('error', () => undefined);
      resolve({ answer, text: () => received, ended });
    });
    asked.once('error', reject);
    asked.end();
  });
}
const viewer = () => ({ authorization: `Bearer ${baton.token('viewer')}` });

test('an event reaches every listener, with its id, kind and value', async () => {
  const streams = await Promise.all([listen('/events', viewer()), listen('/events', viewer())]);
  baton.engine.emit({ kind: 'snapshot', value: clusterNamed('erp5') });
  for (const { answer, text } of streams) {
    await vi.waitFor(() => expect(text()).toContain('id: 101\nevent: snapshot\ndata: {"name":"erp5"'));
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    answer.destroy();
  }
  await vi.waitFor(() => expect(baton.engine.listening).toBe(0));
});

test('what was missed is sent again after Last-Event-ID, and nothing before it', async () => {
  ['a', 'b', 'c'].forEach((id) => baton.engine.emit({ kind: 'operation', value: operationNamed(id) }));
  const { answer, text } = await listen('/events', { ...viewer(), 'last-event-id': '101' });
  await vi.waitFor(() => expect(text()).toContain('"id":"c"'));
  expect(text()).toContain('"id":"b"');
  expect(text()).not.toContain('"id":"a"');
  answer.destroy();
});

test('a Last-Event-ID that is no number is as none', async () => {
  baton.engine.emit({ kind: 'operation', value: operationNamed('a') });
  const { answer, text } = await listen('/events', { ...viewer(), 'last-event-id': 'x\t' });
  baton.engine.emit({ kind: 'operation', value: operationNamed('b') });
  await vi.waitFor(() => expect(text()).toContain('"id":"b"'));
  expect(text()).not.toContain('"id":"a"');
  answer.destroy();
});

test('a client that does not read is cut off, and the others do not notice', async () => {
  const slow = await listen('/events', viewer());
  slow.answer.pause();
  const quick = await listen('/events', viewer());
  const value = { ...clusterNamed('erp5'), problems: [], name: 'x'.repeat(100_000) };
  for (let n = 0; n < 200 && baton.engine.listening > 1; n++) {
    baton.engine.emit({ kind: 'snapshot', value: { ...value } });
    await sleep(1);
  }
  expect(baton.engine.listening).toBe(1);
  baton.engine.emit({ kind: 'operation', value: operationNamed('last') });
  await vi.waitFor(() => expect(quick.text()).toContain('"id":"last"'));
  quick.answer.destroy();
  slow.answer.destroy();
});

test('one user has 64 streams at most, and others are not held up by them', async () => {
  const asked = await Promise.all(Array.from({ length: 70 }, () => listen('/events', viewer())));
  expect(asked.filter(({ answer }) => answer.statusCode === 429)).toHaveLength(6);
  expect(baton.engine.listening).toBe(64);
  const one = await listen('/operations/op-1/events', viewer());
  expect([one.answer.statusCode, baton.engine.listening]).toEqual([429, 64]);
  const other = await listen('/events', { authorization: `Bearer ${baton.token('operator')}` });
  expect(other.answer.statusCode).toBe(200);
  [...asked, one, other].forEach(({ answer }) => answer.destroy());
  await vi.waitFor(() => expect(baton.engine.listening).toBe(0));
});

test('a client that left while we looked who it was is not listened for', async () => {
  const streams = createEventStreams(baton.engine);
  const actor = commandLineActor('test');
  const late = Fastify();
  const opened = new Promise<void>((resolve) => {
    late.get('/', async (_request, reply) => {
      asked.destroy();
      await once(reply.raw, 'close');
      streams.open(reply, { actor, proof: 'token', expiresAt: null, stillGood: async () => true }, null);
      resolve();
      return reply;
    });
  });
  const asked = request(await late.listen({ port: 0, host: '127.0.0.1' })).on('error', () => undefined);
  asked.end();
  await opened;
  expect({ streams: streams.count(), listening: baton.engine.listening }).toEqual({ streams: 0, listening: 0 });
  streams.close();
  await late.close();
});

test('a stream ends at once when its session is signed out, and others go on', async () => {
  const cookie = await baton.cookieOf('viewer');
  const own = await listen('/events', { cookie });
  const other = await listen('/events', viewer());
  await ask(`${baton.url}/api/v1/session`, { method: 'DELETE', headers: { cookie, origin: baton.url } });
  await own.ended;
  expect(baton.engine.listening).toBe(1);
  other.answer.destroy();
});

test('a stream ends when its token is revoked through the API', async () => {
  const stream = await listen('/events', viewer());
  await baton.access.tokens.revoke(commandLineActor('test'), 'viewer');
  const headers = { authorization: `Bearer ${baton.token('admin')}` };
  await ask(`${baton.url}/api/v1/tokens/whatever`, { method: 'DELETE', headers });
  await stream.ended;
  expect(baton.engine.listening).toBe(0);
});

test('the stream of an operation begins with it as it is, and ends with it', async () => {
  const { text, ended } = await listen('/operations/op-1/events', viewer());
  await vi.waitFor(() => expect(text()).toContain('"id":"op-1"'));
  baton.engine.emit({ kind: 'operation', value: operationNamed('op-2') });
  baton.engine.emit({ kind: 'operation', value: operationNamed('op-1', { outcome: 'succeeded' }) });
  await ended;
  expect(text()).toContain('"outcome":"succeeded"');
  expect(text()).not.toContain('op-2');
});

test('the stream of an unknown operation is a 404', async () => {
  expect((await ask(`${baton.url}/api/v1/operations/nope/events`, { headers: viewer() })).status).toBe(404);
});

test('streams end when the console stops, which they do not hold up', async () => {
  const { ended } = await listen('/events', viewer());
  const before = Date.now();
  await baton.listener.close(5000);
  await ended;
  expect(Date.now() - before).toBeLessThan(2000);
});
