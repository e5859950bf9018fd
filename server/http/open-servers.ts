import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { BatonError } from '../contract/errors.ts';
import { baseUrl, type ListenAddress } from '../contract/listen-address.ts';
import type { SecureServers } from '../tls/secure-server.ts';
import { bodyOf } from './errors.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface OpenServer {
  readonly server: Server;
  /** "http://127.0.0.1:8080" or "unix:/path", with the port that the system chose. */
  readonly url: string;
}

/** Longer than the 60 s after which common proxies give an idle connection up, so that they end it and not we. */
const keepAliveMs = 72_000;

/**
 * Listens on one address. Rejects with the system's error (EADDRINUSE …), its message naming the address. A unix socket
 * left behind by a dead process is replaced; one that answers is not.
 */
export async function openServer(
  address: ListenAddress,
  handler: Handler,
  { tls, mode }: { tls?: SecureServers; mode?: number } = {},
): Promise<OpenServer> {
  const server = tls === undefined ? createServer(handler) : tls.create(handler);
  server.keepAliveTimeout = keepAliveMs;
  server.on('clientError', refuseGarbage);
  if (address.kind === 'unix') {
    await removeDeadSocket(address.path);
    await listening(server, { path: address.path });
    await chmod(address.path, mode ?? 0o660);
    return { server, url: baseUrl(address, 0, false) };
  }
  await listening(server, { host: address.host, port: address.port });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return { server, url: baseUrl(address, port, tls !== undefined) };
}

/** Takes no more, and waits for what is under way; after graceMs it is cut off. */
export async function closeServers(opened: readonly OpenServer[], graceMs: number): Promise<void> {
  const closed = opened.map(({ server }) => new Promise((resolve) => server.close(resolve)));
  opened.forEach(({ server }) => server.closeIdleConnections());
  const hard = setTimeout(() => opened.forEach(({ server }) => server.closeAllConnections()), graceMs);
  await Promise.all(closed);
  clearTimeout(hard);
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** What is not HTTP at all, or too long to be, gets the same shape of answer as any other bad request. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = JSON.stringify(bodyOf(new BatonError('invalid', 'This is not a request that HTTP allows.')));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

async function removeDeadSocket(path: string): Promise<void> {
  // A path that was mistyped may name the store: what is no socket stays, and listening says that the address is in use.
  const found = await lstat(path).catch(() => null);
  if (!found?.isSocket()) return;
  const alive = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (!alive) await rm(path, { force: true });
}
