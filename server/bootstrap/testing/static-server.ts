import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { basename, join } from 'node:path';

/** For tests: what befalls the readers of a static server. */
export interface Troubles {
  /** The connection is cut when so many bytes of a body have been sent; once for each number. */
  cutAfter: number[];
  /** It knows ranges, as most do, or not, as Python's does not. */
  ranges: boolean;
  /** It answers this and nothing else. */
  status: number | null;
}

/** For tests: a plain HTTP server of one folder, with Last-Modified and no list, no manifest and no checksum of its own. */
export interface StaticServer extends AsyncDisposable {
  readonly port: number;
  readonly troubles: Troubles;
  /** Paths that were asked for, with their ranges. */
  readonly asked: string[];
  url(host: string, path: string): string;
}

/** Serves the folder on both loopback addresses. */
export async function serveFolder(folder: string): Promise<StaticServer> {
  const troubles: Troubles = { cutAfter: [], ranges: true, status: null };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void answer(folder, troubles, asked, request, response).catch(() => response.destroy());
  });
  const port = await listen(server);
  return {
    port,
    troubles,
    asked,
    url: (host, path) => `http://${host}:${port}/${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ host: '::', port: 0, ipv6Only: false }, resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function answer(
  folder: string,
  troubles: Troubles,
  asked: string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  asked.push(`${request.url} ${request.headers.range ?? ''}`.trim());
  if (troubles.status !== null) return void response.writeHead(troubles.status).end();
  const path = join(folder, basename(request.url ?? ''));
  const file = await stat(path).catch(() => null);
  if (!file?.isFile()) return void response.writeHead(404).end();
  const from = troubles.ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': file.size - from,
    'last-modified': file.mtime.toUTCString(),
    ...(from > 0 ? { 'content-range': `bytes ${from}-${file.size - 1}/${file.size}` } : {}),
  });
  if (request.method === 'HEAD') return void response.end();
  const body = createReadStream(path, { start: from });
  const cut = troubles.cutAfter.find((bytes) => bytes > from && bytes < file.size);
  if (cut === undefined) return void body.pipe(response);
  troubles.cutAfter = troubles.cutAfter.filter((bytes) => bytes !== cut);
  let left = cut - from;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    const piece = chunk.subarray(0, left);
    await new Promise((resolve) => response.write(piece, resolve));
    left -= piece.length;
    if (left === 0) break;
  }
  body.destroy();
  response.destroy();
}
