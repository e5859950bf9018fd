import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { ErrorLog } from '../../contract/galera-evidence.ts';
import type { Transfer } from '../../contract/galera-agent.ts';
import { tellingLines } from '../parse/error-log.ts';
import { lastTransfer } from '../parse/transfer.ts';
import type { ServerOptions } from './server-options.ts';

/** The last start of a node that fails fits many times; a provider that retries for hours fills it. */
const TAIL_BYTES = 131_072;

/** What the end of the node's error log tells. Never rejects. */
export async function readErrorLog(options: ServerOptions, dataDirectory: string): Promise<ErrorLog> {
  const log = await endOfLog(options, dataDirectory);
  return log.kind === 'read' ? { kind: 'read', file: log.file, lines: tellingLines(log.text) } : log;
}

/** What the node took when it joined last, by its error log. Never rejects. */
export async function readTransfer(options: ServerOptions, dataDirectory: string): Promise<Transfer> {
  const log = await endOfLog(options, dataDirectory);
  return log.kind === 'read' ? lastTransfer(log.text) : { kind: 'not-told', reason: log.reason };
}

async function endOfLog(
  options: ServerOptions,
  dataDirectory: string,
): Promise<
  | { readonly kind: 'read'; readonly file: string; readonly text: string }
  | Extract<ErrorLog, { readonly kind: 'not-read' }>
> {
  const file = fileIn(options, dataDirectory);
  if (file === null)
    return { kind: 'not-read', reason: 'its options name no log_error: its service manager has the log' };
  try {
    return { kind: 'read', file, text: await endOf(file) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { kind: 'not-read', reason: `${file} can't be read: ${code}` };
  }
}

/** Without a name it is called after the host (https://mariadb.com/kb/en/error-log/). null: there is no file. */
function fileIn(options: ServerOptions, dataDirectory: string): string | null {
  const given = options.get('log_error');
  if (given === undefined) return null;
  const base = options.get('log_basename') ?? hostname();
  const name = given === '1' || given === '' ? `${base}.err` : given;
  // Without an extension mariadbd adds one.
  return resolve(dataDirectory, /\.[^/]*$/.test(name) ? name : `${name}.err`);
}

async function endOf(file: string): Promise<string> {
  const log = await open(file);
  try {
    const { size } = await log.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await log.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await log.close();
  }
}
