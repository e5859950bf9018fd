import type { FastifyReply, FastifyRequest } from 'fastify';
import { filePolicy } from '../security-headers.ts';
import type { StaticFiles } from './static-files.ts';

/** Sends the static file at the request's address; false when there is none. Needs no sign-in: nothing in it is anybody's. */
export async function sendStatic(files: StaticFiles, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const address = decoded(request.url.split('?')[0] ?? '/');
  const file = address === null ? null : await files.get(address, acceptEncoding(request));
  if (file === null) return false;
  void reply
    .header('content-type', file.type)
    .header('content-security-policy', filePolicy)
    .header('etag', file.etag)
    .header('vary', 'Accept-Encoding')
    .header(
      'cache-control',
      file.immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate',
    );
  if (request.headers['if-none-match'] === file.etag) {
    await reply.code(304).send();
    return true;
  }
  if (file.encoding !== 'identity') void reply.header('content-encoding', file.encoding);
  await reply.send(file.bytes);
  return true;
}

function decoded(address: string): string | null {
  try {
    return decodeURIComponent(address);
  } catch {
    return null;
  }
}

function acceptEncoding(request: FastifyRequest): string | undefined {
  const value = request.headers['accept-encoding'];
  return Array.isArray(value) ? value.join(',') : value;
}
