import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { transactionsExport, type TransactionsExport } from '../contract/reseed.ts';
import { publish, writeNew } from '../files/durable-file.ts';
import { GtidsIn } from './gtids-in.ts';
import { manifestName, nameOfPartial, partialName } from './names.ts';
import { printTransactions, type LoggedDatabase } from './print-transactions.ts';
import { writeAll } from './backup-file.ts';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z\.transactions\.sql$/;

/** True for a name that an export could have; everything else is never looked for on a disk. */
export function isExportName(name: string): boolean {
  return namePattern.test(name);
}

export interface ExportRequest {
  readonly server: string;
  readonly directory: string;
  /** Spans as "0-1-13:17". */
  readonly ranges: readonly string[];
  readonly database: LoggedDatabase & { readonly oldest: string };
  readonly now: () => Date;
}

/**
 * Keeps the SQL of transactions that only this server has: whole, on the disk, and with a manifest, before the file has its
 * name. What was exported already is answered as it is. Rejects where the binary logs do not hold all of the spans, or
 * the disk does not take them; nothing is then left that looks like an export.
 */
export async function exportTransactions(request: ExportRequest): Promise<TransactionsExport> {
  const { directory, ranges, server, now } = request;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const earlier = (await readExports(directory)).find((one) => one.ranges.join() === ranges.join());
  if (earlier) return earlier;
  await removePartials(directory);
  const at = now();
  const name = `${server}-${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z.transactions.sql`;
  const [partial, manifestPartial] = [name, manifestName(name)].map((file) => join(directory, partialName(file)));
  if (partial === undefined || manifestPartial === undefined) throw new Error('two names make two partial names');
  try {
    const file = await open(partial, 'wx', 0o600);
    let written: Awaited<ReturnType<typeof write>>;
    try {
      written = await write(request, file);
    } finally {
      await file.close();
    }
    const manifest: TransactionsExport = {
      format: 1,
      name,
      server,
      ranges: [...ranges],
      ...written,
      at: at.toISOString(),
    };
    await writeNew(manifestPartial, `${JSON.stringify(manifest, null, 2)}\n`);
    await publish(partial, join(directory, name));
    await publish(manifestPartial, join(directory, manifestName(name)));
    return manifest;
  } catch (error) {
    await removePartials(directory);
    throw error;
  }
}

async function write(
  { ranges, database }: ExportRequest,
  file: FileHandle,
): Promise<{ count: number; bytes: number; sha256: string }> {
  const out = new PassThrough();
  const printed = printTransactions(ranges, database, out).catch((error: unknown) => {
    out.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  const hash = createHash('sha256');
  const found = new GtidsIn();
  let bytes = 0;
  for await (const chunk of out) {
    if (!Buffer.isBuffer(chunk)) continue;
    hash.update(chunk);
    found.take(chunk);
    await writeAll(file, chunk);
    bytes += chunk.length;
  }
  await printed;
  const missing = ranges.filter((range) => !found.hasEndOf(range));
  if (missing.length > 0) throw new Error(`the binary logs do not hold ${missing.join(', ')} to their end`);
  await file.sync();
  return { count: found.count, bytes, sha256: hash.digest('hex') };
}

/** The whole exports of a directory, newest first; [] where there is none. */
export async function readExports(directory: string): Promise<TransactionsExport[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => isExportName(name));
  const found = await Promise.all(names.map((name) => readExport(directory, name)));
  return found.filter((one) => one !== null).toSorted((a, b) => b.at.localeCompare(a.at));
}

/** The manifest of one whole export, or null. */
export async function readExport(directory: string, name: string): Promise<TransactionsExport | null> {
  if (!isExportName(name)) return null;
  try {
    const parsed = transactionsExport.safeParse(
      JSON.parse(await readFile(join(directory, manifestName(name)), 'utf8')),
    );
    return parsed.success && parsed.data.name === name ? parsed.data : null;
  } catch {
    return null;
  }
}

/** What an agent that was killed had begun: it has no name yet, and is made anew. */
async function removePartials(directory: string): Promise<void> {
  for (const file of await readdir(directory)) {
    const name = nameOfPartial(file);
    if (name !== null && isExportName(name.replace(/\.json$/, ''))) await unlink(join(directory, file));
  }
}
