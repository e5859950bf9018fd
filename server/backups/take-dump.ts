import type { FileHandle } from 'node:fs/promises';
import { plainDump, type DumpManifest } from '../contract/dumps.ts';
import { askLocalServer, observeLocalServer, type LocalServer } from '../mariadb/local-server.ts';
import { readDumpTail, toolVersion } from './dump-text.ts';
import { backupName } from './names.ts';
import { dumpPosition } from './position.ts';
import { publishBackup, type BackupOutcome } from './publish-backup.ts';
import { steadyTables, tablesNow, type BackupSource } from './source.ts';
import { writeDump } from './write-dump.ts';

const observeTimeoutMs = 5000;

/** How a dump is taken. */
export interface DumpRequest extends BackupSource {
  /** Of this database alone; null: of all of them. */
  readonly database: string | null;
  readonly compression: 'zstd' | 'gzip';
}

/**
 * Dumps the databases of the server with one consistent snapshot and its GTID position, without blocking writes.
 * Never rejects: what failed is in the outcome, and then nothing is left that looks like a backup.
 */
export async function takeDump(request: DumpRequest): Promise<BackupOutcome> {
  const { server, startedAt, compression, database, directory } = request;
  const name = backupName({ server, startedAt, method: 'dump', compression, database });
  return await publishBackup(directory, name, (file) => write(request, name, file));
}

async function write(request: DumpRequest, name: string, file: FileHandle): Promise<DumpManifest> {
  const source = await askLocalServer(request, observeTimeoutMs, (asked) =>
    observeLocalServer(asked, observeTimeoutMs),
  );
  const before = await tablesNow(request);
  const written = await writeDump(file, { ...request, arguments: dumpArguments(request, source) });
  const end = readDumpTail(written.tail);
  if (end.kind === 'truncated') throw new Error('mariadb-dump ended well, but its output has no last line');
  if (source.binlog && end.gtid === null) throw new Error('the dump holds no GTID position');
  const tables = steadyTables(before, await tablesNow(request));
  const { server, database, compression, startedAt, now } = request;
  return {
    ...plainDump,
    format: 1,
    name,
    method: 'dump',
    server,
    serverVersion: source.version,
    toolVersion: toolVersion(written.head),
    compression,
    bytes: written.bytes,
    sha256: written.sha256,
    gtid: dumpPosition(end.gtid, source.appliedGtid, source.binlog && source.logsReplicated),
    startedAt: startedAt.toISOString(),
    endedAt: now().toISOString(),
    database,
    tables: tables && database !== null ? { [database]: tables[database] ?? 0 } : tables,
    unpackedBytes: written.unpackedBytes,
    log: written.log,
  };
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
    '--single-transaction',
    '--quick',
    '--routines',
    '--events',
    '--triggers',
    '--hex-blob',
    '--default-character-set=utf8mb4',
    // Refused by a server without a binary log.
    ...(source.binlog ? ['--master-data=2', '--gtid'] : []),
    // A name may begin with a dash.
    ...(request.database === null ? ['--all-databases'] : ['--databases', '--', request.database]),
  ];
}
