import type { FastifyInstance } from 'fastify';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { startTool } from '../backups/tool.ts';
import { transactionRanges } from '../contract/agent.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { askLocalServer, oldestBinaryLog } from '../mariadb/local-server.ts';

const lookTimeoutMs = 2000;

interface Database {
  readonly socket: string;
  readonly defaultsFile: string | undefined;
}

/**
 * GET /v1/transactions?ranges=…: the SQL of these transactions, from the server's own binary logs. Read through the server,
 * as a replica reads them: their files may belong to another user.
 */
export function serveTransactions(app: FastifyInstance, database: Database, logger: Logger): void {
  app.get<{ Querystring: { ranges?: string } }>('/v1/transactions', async (request, reply) => {
    const asked = transactionRanges.safeParse(request.query.ranges);
    if (!asked.success) throw new BatonError('invalid', 'ranges are spans such as 0-1-13:17.');
    const oldest = await askLocalServer(database, lookTimeoutMs, (connection) =>
      oldestBinaryLog(connection, lookTimeoutMs),
    ).catch((error: unknown) => {
      throw new BatonError('unavailable', `Its binary logs could not be listed: ${messageOf(error)}.`);
    });
    if (oldest === null) throw new BatonError('refused', 'The server has no binary log.');
    const out = new PassThrough();
    const runs = asked.data.split(',').map((range) => binlogArguments(range, database, oldest));
    const printed = printAll(runs, out).catch((error: unknown) => {
      // Before the first byte this becomes an error of its own; behind it, the answer breaks off.
      out.destroy(error instanceof Error ? error : new Error(String(error)));
    });
    await firstByte(out);
    out.once('close', () => void printed);
    out.once('error', (error) => logger.warn({ err: error }, 'an export of transactions broke off'));
    return await reply.type('application/sql; charset=utf-8').send(out);
  });
}

/** For mariadb-binlog: one span of one server in one domain, read from the oldest log on, with the rows as comments. */
export function binlogArguments(range: string, database: Database, oldest: string): string[] {
  const [from = '', to = ''] = range.split(':');
  const [domain = '', server = '', first = '0'] = from.split('-');
  return [
    ...(database.defaultsFile === undefined ? ['--no-defaults'] : [`--defaults-file=${database.defaultsFile}`]),
    `--socket=${database.socket}`,
    '--read-from-remote-server',
    '--to-last-log',
    '--verbose',
    `--do-domain-ids=${domain}`,
    `--do-server-ids=${server}`,
    ...(first === '1' || first === '0' ? [] : [`--start-position=${domain}-${server}-${BigInt(first) - 1n}`]),
    `--stop-position=${domain}-${server}-${to}`,
    oldest,
  ];
}

/** One after the other into `out`; ends the program when nobody reads any more. Rejects with the program's last words. */
async function printAll(runs: readonly (readonly string[])[], out: PassThrough): Promise<void> {
  for (const run of runs) {
    const tool = startTool('mariadb-binlog', run);
    tool.stdin.end();
    const gone = (): void => tool.kill();
    out.once('close', gone);
    try {
      await pipeline(tool.stdout, out, { end: false });
      const reason = await tool.ended;
      if (reason !== null) throw new Error(reason);
    } finally {
      tool.kill();
      out.off('close', gone);
    }
  }
  out.end();
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
