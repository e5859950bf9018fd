import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { streamPhysical, type PhysicalSource } from '../backups/physical-stream.ts';
import type { BackupTurn } from '../backups/turn.ts';
import { inspectDataDirectory, type LocalPlace } from '../bootstrap/data-directory.ts';
import type { DataDirectory } from '../contract/reseed.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { CopyOffers } from './copy-offers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who shows a ticket that this admits needs no token. */
    ticket?: (authorization: string | undefined) => boolean;
  }
}

const PATH = '/v1/copies/stream';

/** The trailers behind a whole copy. A copy without them broke off. */
export const copyTrailers = { bytes: 'x-copy-bytes', sha256: 'x-copy-sha256' } as const;

export interface CopyParts {
  readonly place: LocalPlace;
  readonly workDirectory: string;
  readonly turn: BackupTurn;
  readonly logger: Logger;
}

/**
 * /v1/copies: a physical copy of the server, streamed to whoever holds the ticket of an offer. Nothing of it is kept here.
 * Answers what ends a copy in progress.
 */
export function serveCopies(app: FastifyInstance, { place, workDirectory, turn, logger }: CopyParts): () => void {
  const offers = new CopyOffers(PATH);
  const closing = new AbortController();
  app.get('/v1/data-directory', async () => await look(place));
  app.post('/v1/copies', async (_, reply) => {
    const { tablesElsewhere } = await look(place);
    if (tablesElsewhere) {
      throw new BatonError(
        'refused',
        'It has tables with a DATA DIRECTORY of their own: a copy would share their files.',
        'Move them into the data directory.',
      );
    }
    // Only asked: the turn is taken by who comes with the ticket.
    turn.take('A physical copy')();
    return reply.code(201).send(offers.make());
  });
  app.route({
    method: 'GET',
    url: PATH,
    config: { ticket: (authorization) => offers.admits(authorization) },
    handler: async (request, reply) => {
      if (!offers.admits(request.headers.authorization))
        throw new BatonError('forbidden', 'A copy is read with the ticket of an offer.');
      const release = turn.take('A physical copy');
      offers.use();
      try {
        const { path: dataDirectory } = await look(place);
        await send({ ...place, dataDirectory, workDirectory });
      } finally {
        release();
      }
      return reply;

      async function send(source: PhysicalSource): Promise<void> {
        const { raw } = reply;
        const gone = new AbortController();
        const onGone = (): void => gone.abort(new Error('the reader went away'));
        raw.once('close', onGone);
        const signal = AbortSignal.any([gone.signal, closing.signal]);
        const head = { 'content-type': 'application/zstd', trailer: Object.values(copyTrailers).join(', ') };
        const onBegin = (): void => {
          reply.hijack();
          raw.writeHead(200, head);
        };
        try {
          const { bytes, sha256 } = await streamPhysical(source, { out: raw, signal, onBegin });
          raw.off('close', onGone);
          raw.addTrailers({ [copyTrailers.bytes]: String(bytes), [copyTrailers.sha256]: sha256 });
          raw.end();
          await once(raw, 'close');
          logger.info({ bytes, sha256 }, 'physical copy sent');
        } catch (error) {
          logger.warn({ reason: messageOf(error) }, 'a physical copy broke off');
          if (!reply.sent) throw new BatonError('unavailable', `No copy could be taken: ${messageOf(error)}`);
          raw.destroy();
        }
      }
    },
  });
  return () => closing.abort(new Error('the agent was ended'));
}

async function look(place: LocalPlace): Promise<DataDirectory> {
  return await inspectDataDirectory(place).catch((error: unknown) => {
    throw new BatonError('unavailable', `Its data directory could not be looked at: ${messageOf(error)}.`);
  });
}
