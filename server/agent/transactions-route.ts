import type { FastifyInstance } from 'fastify';
import { PassThrough, type Readable } from 'node:stream';
import type { Logger } from 'pino';
import { printTransactions, type LoggedDatabase } from '../backups/print-transactions.ts';
import { transactionRanges } from '../contract/agent.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { askLocalServer, oldestBinaryLog } from '../mariadb/local-server.ts';

const lookTimeoutMs = 2000;

/**
 * GET /v1/transactions?ranges=…: the SQL of these transactions, from the server's own binary logs. Read through the server,
 * as a replica reads them: their files may belong to another user.
 */
export function serveTransactions(app: FastifyInstance, database: LoggedDatabase, logger: Logger): void {
  app.get<{ Querystring: { ranges?: string } }>('/v1/transactions', async (request, reply) => {
    const asked = transactionRanges.safeParse(request.query.ranges);
    if (!asked.success) throw new BatonError('invalid', 'ranges are spans such as 0-1-13:17.');
    const oldest = await oldestLog(database);
    const out = new PassThrough();
    const printed = printTransactions(asked.data.split(','), { ...database, oldest }, out).catch((error: unknown) => {
      // Before the first byte this becomes an error of its own; behind it, the answer breaks off.
      out.destroy(error instanceof Error ? error : new Error(String(error)));
    });
    await firstByte(out);
    out.once('close', () => void printed);
    out.once('error', (error) => logger.warn({ err: error }, 'an export of transactions broke off'));
    return await reply.type('application/sql; charset=utf-8').send(out);
  });
}

/** The name of the oldest binary log. Rejects with BatonError where there is none, or it can't be asked. */
export async function oldestLog(database: LoggedDatabase): Promise<string> {
  const oldest = await askLocalServer(database, lookTimeoutMs, (connection) =>
    oldestBinaryLog(connection, lookTimeoutMs),
  ).catch((error: unknown) => {
    throw new BatonError('unavailable', `Its binary logs could not be listed: ${messageOf(error)}.`);
  });
  if (oldest === null) throw new BatonError('refused', 'The server has no binary log.');
  return oldest;
}

/** Resolves when there is something to send. Rejects with BatonError where there will be nothing. */
async function firstByte(out: Readable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (error: Error): void =>
    reject(new BatonError('unavailable', `mariadb-binlog could not read them: ${error.message}`));
  out.once('error', failed);
  out.once('readable', resolve);
  await promise;
  out.off('error', failed);
}
