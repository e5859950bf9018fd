import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { exportTransactions, readExport, readExports } from '../backups/transactions-export.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { exportRequest, type TransactionsExport } from '../contract/reseed.ts';
import { oldestLog } from './transactions-route.ts';

export interface ExportParts {
  readonly server: string;
  readonly database: { readonly socket: string; readonly defaultsFile: string | undefined };
  readonly directory: string;
  readonly now: () => Date;
}

/** /v1/exports: the SQL of transactions that only this server had, kept before its data are set aside. */
export function serveExports(app: FastifyInstance, { server, database, directory, now }: ExportParts): void {
  // Two at once would write the same file.
  let turn: Promise<unknown> = Promise.resolve();
  app.route({
    method: 'POST',
    url: '/v1/exports',
    handler: async (request, reply) => {
      const asked = exportRequest.safeParse(request.body);
      if (!asked.success) throw new BatonError('invalid', 'ranges are spans such as 0-1-13:17.');
      const oldest = await oldestLog(database);
      const ranges = asked.data.ranges.split(',');
      const mine = turn.then(
        async () => await exportTransactions({ server, directory, ranges, database: { ...database, oldest }, now }),
      );
      turn = mine.catch(() => undefined);
      const kept: TransactionsExport = await mine.catch((error: unknown) => {
        throw new BatonError('unavailable', `They could not be exported: ${messageOf(error)}.`);
      });
      return await reply.code(201).send(kept);
    },
  });
  app.get('/v1/exports', async () => ({ exports: await readExports(directory) }));
  app.get<{ Params: { name: string } }>('/v1/exports/:name', async (request, reply) => {
    const found = await readExport(directory, request.params.name);
    if (!found) throw new BatonError('not-found', 'There is no such export.');
    return await reply
      .headers({ 'content-type': 'application/sql; charset=utf-8', 'content-length': found.bytes })
      .send(createReadStream(join(directory, found.name), { end: found.bytes - 1 }));
  });
}
