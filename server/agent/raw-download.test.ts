import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { socketPair } from './fixtures.ts';
import { openRaw, type RawRequest } from './raw-download.ts';

const content = randomBytes(20_000_000);
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Both ends of a connection; the reader is gone after the test. */
async function pair(): Promise<[Socket, Socket]> {
  const [writer, reader] = await socketPair();
  ends.push(() => reader.destroy());
  return [writer, reader];
}

/** A server that answers every connection with these bytes. */
const answering = (text: string): Promise<number> =>
  listening(createServer((socket) => void socket.on('error', () => undefined).write(text)));
const request = (port: number, change: Partial<RawRequest> = {}): RawRequest => ({
  url: new URL(`http://127.0.0.1:${port}/backups/x`),
  method: 'GET',
  headers: { range: 'bytes=0-' },
  secure: { material: () => ({}) },
  timeoutMs: 1000,
  ...change,
});

test('every byte arrives in its order, however slowly it is read', async () => {
  const asked: (string | undefined)[] = [];
  const server = createHttpServer((incoming, answer) => {
    asked.push(incoming.headers.range, incoming.headers.host);
    answer.writeHead(200, { 'content-length': content.length, 'x-a': 'b: c' }).end(content);
  });
  const port = await listening(server);
  const answer = await openRaw(request(port));
  expect(answer).toMatchObject({ status: 200, headers: { 'content-length': '20000000', 'x-a': 'b: c' } });
  const [out, reader] = await pair();
  const pieces: Buffer[] = [];
  reader.on('data', (piece: Buffer) => {
    pieces.push(piece);
    reader.pause();
    setTimeout(() => reader.resume(), pieces.length % 20 === 0 ? 5 : 0);
  });
  const end = await answer.sendTo(out);
  out.end();
  await new Promise((resolve) => reader.once('end', resolve));
  expect(end).toEqual({ bytes: content.length, whole: true });
  expect(digest(Buffer.concat(pieces))).toBe(digest(content));
  expect(asked).toEqual(['bytes=0-', `127.0.0.1:${port}`]);
});

test('over TLS the bytes are the same, and a certificate that nobody vouches for ends it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-raw-'));
  ends.push(() => rm(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const name = ['-subj', '/CN=agent', '-addext', 'subjectAltName=IP:127.0.0.1', '-out', cert];
  await promisify(execFile)('openssl', [...args, ...name]);
  const pem = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  const server = createTlsServer(pem, (_incoming, answer) => {
    answer.writeHead(200, { 'content-length': content.length }).end(content);
  });
  const url = new URL(`https://127.0.0.1:${await listening(server)}/backups/x`);
  const answer = await openRaw(request(0, { url, secure: { material: () => ({ ca: pem.cert }) } }));
  const [out, reader] = await pair();
  const read = reader.toArray();
  expect(await answer.sendTo(out)).toEqual({ bytes: content.length, whole: true });
  out.end();
  expect(digest(Buffer.concat(await read))).toBe(digest(content));
  await expect(openRaw(request(0, { url }))).rejects.toThrow('signed by itself');
});

test('a reader that goes away ends the reading from the agent', async () => {
  const gone = Promise.withResolvers<void>();
  const server = createHttpServer((_incoming, answer) => {
    answer.once('close', gone.resolve);
    answer.writeHead(200, { 'content-length': 1e12 });
    answer.write(content);
  });
  const answer = await openRaw(request(await listening(server)));
  const [out, reader] = await pair();
  reader.once('data', () => reader.destroy());
  expect((await answer.sendTo(out)).whole).toBe(false);
  await gone.promise;
});

test('an agent that dies in the middle leaves a broken transfer, never a short whole one', async () => {
  const server = createHttpServer((_incoming, answer) => {
    answer.writeHead(200, { 'content-length': 1000 });
    answer.write('half', () => answer.destroy());
  });
  const answer = await openRaw(request(await listening(server)));
  const [out, reader] = await pair();
  const closed = new Promise((resolve) => reader.once('close', resolve));
  reader.resume();
  expect(await answer.sendTo(out)).toEqual({ bytes: 4, whole: false });
  await closed;
  expect(out.destroyed).toBe(true);
});

test('nothing that the agent sends behind the body is passed on', async () => {
  const port = await answering('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\n\r\n');
  const [out, reader] = await pair();
  expect(await (await openRaw(request(port))).sendTo(out)).toEqual({ bytes: 4, whole: true });
  out.end();
  expect(Buffer.concat(await reader.toArray()).toString()).toBe('body');
});

test.each(['HEAD 200', 'GET 304'])('%s has no body, whatever its length says', async (text) => {
  const [method, status] = text.split(' ');
  const port = await answering(`HTTP/1.1 ${status} X\r\ncontent-length: 300\r\n\r\n`);
  const answer = await openRaw(request(port, { method: method === 'HEAD' ? 'HEAD' : 'GET' }));
  const [out] = await pair();
  expect(answer.headers['content-length']).toBe('300');
  expect(await answer.sendTo(out)).toEqual({ bytes: 0, whole: true });
  expect(out.destroyed).toBe(false);
});

describe('is refused with the reason:', () => {
  test.each([
    ['what is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', /not HTTP/],
    ['a head line without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', /not HTTP/],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(5000)}`, /too long/],
    ['a body without a length', 'HTTP/1.1 200 OK\r\n\r\nbody', /how long/],
    ['a body in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n', /how long/],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\n', /how long/],
    ['silence', '', /no answer within 0.2 s/],
  ])('%s', async (_what, text, reason) => {
    await expect(openRaw(request(await answering(text), { timeoutMs: 200 }))).rejects.toThrow(reason);
  });
  test('nobody at that address', async () => {
    const port = await answering('');
    await ends.pop()?.();
    await expect(openRaw(request(port))).rejects.toThrow(/ECONNREFUSED/);
  });
  test('a connection that is closed at once', async () => {
    const port = await listening(createServer((socket) => socket.destroy()));
    await expect(openRaw(request(port))).rejects.toThrow(/closed|ECONNRESET/);
  });
});

test('a slow reader holds the agent up instead of filling the memory', async () => {
  let written = 0;
  const server = createHttpServer((_incoming, answer) => {
    answer.writeHead(200, { 'content-length': 1e12 });
    const more = (): void => {
      while (!answer.destroyed && answer.write(content.subarray(0, 100_000))) written += 100_000;
    };
    answer.on('drain', more);
    more();
  });
  const answer = await openRaw(request(await listening(server)));
  const [out, reader] = await pair();
  reader.pause();
  const end = answer.sendTo(out);
  await sleep(300);
  expect(written).toBeLessThan(30_000_000);
  expect(out.writableLength).toBeLessThan(300_000);
  reader.destroy();
  expect((await end).whole).toBe(false);
});
