import type { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { startTool } from './tool.ts';

/** A server whose binary logs are read through it, as a replica reads them: their files may belong to another user. */
export interface LoggedDatabase {
  readonly socket: string;
  readonly defaultsFile: string | undefined;
}

/** For mariadb-binlog: one span of one server in one domain, read from the oldest log on, with the rows as comments. */
export function binlogArguments(
  range: string,
  { socket, defaultsFile, oldest }: LoggedDatabase & { readonly oldest: string },
): string[] {
  const [from = '', to = ''] = range.split(':');
  const [domain = '', server = '', first = '0'] = from.split('-');
  return [
    ...(defaultsFile === undefined ? ['--no-defaults'] : [`--defaults-file=${defaultsFile}`]),
    `--socket=${socket}`,
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

/**
 * The SQL of these spans ("0-1-13:17"), one after the other into `out`, which is ended; a program whose reader is gone is
 * ended too. Rejects with the program's last words.
 */
export async function printTransactions(
  ranges: readonly string[],
  database: LoggedDatabase & { readonly oldest: string },
  out: PassThrough,
): Promise<void> {
  for (const range of ranges) {
    const tool = startTool('mariadb-binlog', binlogArguments(range, database));
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
