import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { DumpManifest } from '../contract/dumps.ts';
import { BatonError } from '../contract/errors.ts';
import { notModified, parseByteRange, rangeApplies } from './byte-range.ts';
import { pourFile } from './pour-file.ts';

const contentTypes = {
  zstd: 'application/zstd',
  gzip: 'application/gzip',
  none: 'application/octet-stream',
} as const;

/**
 * Answers GET or HEAD for a backup of the catalogue: whole or one range, with validators and exact lengths. Its entity tag
 * is the content's SHA-256, so a resumed download can never join two different files. The file is opened once, links are
 * not followed, and a file that is not of the manifest's size is not sent.
 */
export async function sendBackup(
  {
    request,
    reply,
    logger,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly logger: Logger },
  directory: string,
  manifest: DumpManifest,
): Promise<FastifyReply> {
  const handle = await openWhole(directory, manifest);
  const range = describe(request, reply, manifest);
  if (range === null || request.method === 'HEAD') {
    await handle.close();
    return reply.send();
  }
  // From here on by hand, so that no piece of a gigabyte passes through a stream of its own.
  reply.hijack();
  const headers = Object.entries(reply.getHeaders()).filter(
    (header): header is [string, string] => header[1] !== undefined,
  );
  reply.raw.writeHead(reply.statusCode, Object.fromEntries(headers));
  try {
    await pourFile(handle, range, reply.raw);
  } catch (error) {
    logger.error({ error: String(error), file: manifest.name }, 'a download broke off');
  } finally {
    await handle.close();
  }
  return reply;
}

/** Opens the file itself, not what a link names. Rejects with BatonError not-found when it is not the manifest's. */
async function openWhole(directory: string, manifest: DumpManifest): Promise<FileHandle> {
  const gone = new BatonError('not-found', 'There is no such backup.');
  const handle = await open(join(directory, manifest.name), constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => {
    throw gone;
  });
  const file = await handle.stat();
  if (file.isFile() && file.size === manifest.bytes) return handle;
  await handle.close();
  throw gone;
}

/** Sets status and headers. Answers the bytes to send, both ends included; null when there are none. */
function describe(
  request: FastifyRequest,
  reply: FastifyReply,
  manifest: DumpManifest,
): { first: number; last: number } | null {
  const file = { etag: `"${manifest.sha256}"`, lastModified: new Date(manifest.endedAt) };
  const { headers } = request;
  reply.headers({
    'accept-ranges': 'bytes',
    // Compressing it again on the way would lose the length and gain nothing.
    'cache-control': 'private, no-transform',
    etag: file.etag,
    'last-modified': file.lastModified.toUTCString(),
    'x-content-type-options': 'nosniff',
  });
  const asked = { ifNoneMatch: headers['if-none-match'], ifModifiedSince: headers['if-modified-since'] };
  if (notModified(asked, file)) {
    reply.code(304);
    return null;
  }
  const ifRange = headers['if-range'];
  const applies = rangeApplies(typeof ifRange === 'string' ? ifRange : undefined, file);
  const range = applies ? parseByteRange(headers.range, manifest.bytes) : ({ kind: 'whole' } as const);
  if (range.kind === 'unsatisfiable') {
    reply.code(416).header('content-range', `bytes */${manifest.bytes}`);
    return null;
  }
  const { first, last } = range.kind === 'part' ? range : { first: 0, last: manifest.bytes - 1 };
  if (range.kind === 'part') reply.code(206).header('content-range', `bytes ${first}-${last}/${manifest.bytes}`);
  reply.headers({
    'content-type': contentTypes[manifest.compression],
    'content-length': last - first + 1,
    'content-disposition': `attachment; filename="${manifest.name}"`,
    'content-location': `/backups/${manifest.name}`,
    // Of the whole file, also with a part of it (RFC 9530).
    'repr-digest': `sha-256=:${Buffer.from(manifest.sha256, 'hex').toString('base64')}:`,
  });
  return { first, last };
}
