import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readerTokenRequest, type ReaderToken } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import type { FastifyInstance } from 'fastify';
import type { Tokens } from './tokens.ts';

/**
 * POST /v1/reader-tokens: a token that reads the backups and expires, for a replica that is to be made. It is sealed with
 * the console's own token, so that nothing is kept of it, it outlives a restart, and a new token of the console ends it.
 */
export function serveReaderTokens(app: FastifyInstance, tokens: Tokens, now: () => Date): void {
  app.post('/v1/reader-tokens', async (request, reply): Promise<ReaderToken> => {
    const asked = readerTokenRequest.safeParse(request.body ?? {});
    if (!asked.success) throw new BatonError('invalid', 'hours is a number from 1 to 168.');
    const { console: key } = tokens;
    if (key === null) {
      throw new BatonError('refused', 'Readers of this agent come in by their certificate.', 'A replica needs one.');
    }
    reply.header('cache-control', 'no-store');
    const until = Math.floor(now().getTime() / 1000) + asked.data.hours * 3600;
    return {
      token: sealed(key, until, randomBytes(8).toString('hex')),
      expiresAt: new Date(until * 1000).toISOString(),
    };
  });
}

/** Whether a token is one of these, and its time is not over. */
export function readsUntilLater(token: string, key: Buffer, now: Date): boolean {
  const [, until, salt] = /^([1-9]\d{0,11})\.([0-9a-f]{16})\.[0-9a-f]{64}$/.exec(token) ?? [];
  if (until === undefined || salt === undefined) return false;
  const right = timingSafeEqual(Buffer.from(sealed(key, Number(until), salt)), Buffer.from(token));
  return right && Number(until) * 1000 > now.getTime();
}

function sealed(key: Buffer, until: number, salt: string): string {
  const body = `${until}.${salt}`;
  return `${body}.${createHmac('sha256', key).update(`reader ${body}`).digest('hex')}`;
}
