import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { plainDump, type DumpManifest } from '../contract/dumps.ts';
import { messageOf } from '../contract/errors.ts';
import { publish, writeNew } from '../files/durable-file.ts';
import { askLocalServer, observeLocalServer, type LocalServer } from '../mariadb/local-server.ts';
import { readDumpTail, toolVersion } from './dump-text.ts';
import { backupName, manifestName, partialName } from './names.ts';
import { dumpPosition } from './position.ts';
import { writeDump, type WrittenDump } from './write-dump.ts';

const observeTimeoutMs = 5000;

/** How a dump is taken. */
export interface DumpRequest {
  /** Name of the server in the console's configuration. */
  readonly server: string;
  readonly socket: string;
  readonly defaultsFile: string | undefined;
  readonly directory: string;
  readonly startedAt: Date;
  readonly now: () => Date;
  /** A server that is frozen or locked makes mariadb-dump wait for ever: after this silence it is given up. */
  readonly stallTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with the compressed bytes written so far. */
  readonly onBytes: (bytes: number) => void;
}

export type DumpOutcome = { kind: 'done'; manifest: DumpManifest } | { kind: 'failed'; reason: string };

/**
 * Dumps all databases of the server with one consistent snapshot and its GTID position, without blocking writes.
 * The file gets its name when it is whole and on the disk, and its manifest after it; when anything fails, nothing is
 * left that looks like a backup. Never rejects: what failed is in the outcome.
 */
export async function takeDump(request: DumpRequest): Promise<DumpOutcome> {
  const created: string[] = [];
  try {
    return { kind: 'done', manifest: await attempt(request, created) };
  } catch (error) {
    for (const path of created) await unlink(path).catch(() => undefined);
    return { kind: 'failed', reason: messageOf(error) };
  }
}

async function attempt(request: DumpRequest, created: string[]): Promise<DumpManifest> {
  const { directory } = request;
  const { server, startedAt } = request;
  const name = backupName({ server, startedAt, method: 'dump', compression: 'zstd', database: null });
  const partial = join(directory, partialName(name));
  const source = await askLocalServer(request, observeTimeoutMs, (asked) =>
    observeLocalServer(asked, observeTimeoutMs),
  );
  const file = await open(partial, 'wx', 0o600);
  created.push(partial);
  let written: WrittenDump;
  try {
    written = await writeDump(file, { ...request, arguments: dumpArguments(request, source) });
  } finally {
    await file.close();
  }
  const end = readDumpTail(written.tail);
  if (end.kind === 'truncated') throw new Error('mariadb-dump ended well, but its output has no last line');
  if (source.binlog && end.gtid === null) throw new Error('the dump holds no GTID position');
  const manifest: DumpManifest = {
    ...plainDump,
    format: 1,
    name,
    method: 'dump',
    server: request.server,
    serverVersion: source.version,
    toolVersion: toolVersion(written.head),
    compression: 'zstd',
    bytes: written.bytes,
    sha256: written.sha256,
    gtid: dumpPosition(end.gtid, source.appliedGtid, source.binlog && source.logsReplicated),
    startedAt: request.startedAt.toISOString(),
    endedAt: request.now().toISOString(),
  };
  // The manifest is on the disk before the dump has its name: an agent killed between the two names finishes at its start.
  const manifestPartial = join(directory, partialName(manifestName(name)));
  await writeNew(manifestPartial, `${JSON.stringify(manifest, null, 2)}\n`);
  created.push(manifestPartial);
  await publish(partial, join(directory, name));
  created.push(join(directory, name));
  await publish(manifestPartial, join(directory, manifestName(name)));
  return manifest;
}

/**
 * The account comes from the options file, never from the arguments. --single-transaction with --master-data takes no
 * global lock (measured on 10.11); =2 leaves the position as a comment, so that loading a dump starts nothing.
 */
function dumpArguments(request: DumpRequest, source: LocalServer): string[] {
  return [
    ...(request.defaultsFile === undefined ? [] : [`--defaults-file=${request.defaultsFile}`]),
    '--protocol=socket',
    `--socket=${request.socket}`,
    '--all-databases',
    '--single-transaction',
    '--quick',
    '--routines',
    '--events',
    '--triggers',
    '--hex-blob',
    '--default-character-set=utf8mb4',
    // Refused by a server without a binary log.
    ...(source.binlog ? ['--master-data=2', '--gtid'] : []),
  ];
}
