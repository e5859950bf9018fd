import { mkdtemp, readdir, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { plainDump, type DumpManifest } from '../contract/dumps.ts';
import { askLocalServer, dataDirectory, observeLocalServer } from '../mariadb/local-server.ts';
import { diskTrouble, intoFile } from './backup-file.ts';
import { compressed } from './compress.ts';
import { enginesHeld } from './engines-held.ts';
import { checkpointFiles, copyInfo, infoFiles, lsnSpan } from './lsn-span.ts';
import { backupName } from './names.ts';
import { physicalArguments } from './physical-stream.ts';
import { dumpPosition } from './position.ts';
import { publishBackup, type BackupOutcome } from './publish-backup.ts';
import { steadyTables, tablesNow, type BackupSource } from './source.ts';
import { Stall, tellsProgress } from './stall.ts';
import { startTool, type ToolOptions } from './tool.ts';

const observeTimeoutMs = 5000;
const workPrefix = 'backup-';

/** How a physical backup is taken. */
export interface PhysicalRequest extends BackupSource {
  /** What the incremental one builds on; null: a full one. */
  readonly base: DumpManifest | null;
  /** A folder that may be written: mariadb-backup keeps small files there while it runs. */
  readonly workDirectory: string;
}

/**
 * Takes a physical backup of the running server with mariadb-backup, in the mbstream format, compressed: all of its data
 * files, or those pages that changed since its base. Never rejects: what failed is in the outcome, and then nothing is left
 * that looks like a backup.
 */
export async function takePhysical(request: PhysicalRequest): Promise<BackupOutcome> {
  const { server, startedAt, base, directory } = request;
  const method = base === null ? 'mariabackup' : 'mariabackup-incremental';
  const name = backupName({ server, startedAt, method, compression: 'zstd', database: null });
  return await publishBackup(directory, name, async (file) => {
    const work = await mkdtemp(join(request.workDirectory, workPrefix));
    try {
      return await write(request, { name, method }, file, work);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

async function write(
  request: PhysicalRequest,
  named: Pick<DumpManifest, 'name' | 'method'>,
  file: FileHandle,
  work: string,
): Promise<DumpManifest> {
  const { base, server, startedAt, now } = request;
  const [source, directory] = await askLocalServer(request, observeTimeoutMs, async (asked) => [
    await observeLocalServer(asked, observeTimeoutMs),
    await dataDirectory(asked, observeTimeoutMs),
  ]);
  const engines = await enginesHeld(request);
  const before = await tablesNow(request);
  const dataFiles = await dataFilesOf(directory);
  const args = [
    ...physicalArguments({ ...request, dataDirectory: directory }, work),
    `--extra-lsndir=${work}`,
    ...(base?.lsn ? [`--incremental-lsn=${base.lsn.to}`] : []),
  ];
  const { log, ...written } = await writePhysical(file, args, { ...request, onLog: (text) => engines.onLog(text) });
  engines.mustBeWhole();
  const span = lsnSpan(await readFirst(work, checkpointFiles));
  if (span === null || span.from !== (base?.lsn?.to ?? '0')) {
    throw new Error('mariadb-backup ended well, but does not say which part of the log its copy holds');
  }
  const { toolVersion, gtid } = copyInfo(await readFirst(work, infoFiles));
  return {
    ...plainDump,
    ...named,
    ...written,
    format: 1,
    server,
    serverVersion: source.version,
    toolVersion,
    compression: 'zstd',
    gtid: dumpPosition(gtid, source.appliedGtid, source.binlog && source.logsReplicated),
    startedAt: startedAt.toISOString(),
    endedAt: now().toISOString(),
    base: base?.name ?? null,
    lsn: span,
    dataFiles,
    tables: steadyTables(before, await tablesNow(request)),
    log,
  };
}

/** Streams what mariadb-backup sends, compressed, into the file and to the disk. Rejects as writeDump does. */
export async function writePhysical(
  file: FileHandle,
  args: readonly string[],
  {
    stallTimeoutMs,
    signal,
    onBytes,
    onLog,
  }: Pick<BackupSource, 'stallTimeoutMs' | 'signal' | 'onBytes'> & Pick<ToolOptions, 'onLog'>,
) {
  const stall = new Stall(stallTimeoutMs, `mariadb-backup did nothing for ${stallTimeoutMs / 1000} s`);
  const refresh = (): void => stall.refresh();
  const backup = startTool('mariadb-backup', args, {
    onLog: (text) => {
      onLog?.(text);
      if (tellsProgress(text)) refresh();
    },
  });
  try {
    const written = await compressed(backup, {
      compressor: 'fast',
      out: intoFile(file),
      signal: AbortSignal.any([signal, stall.signal]),
      onChunk: refresh,
      onBytes,
      disk: diskTrouble,
    });
    await file.sync();
    return { ...written, log: backup.log() };
  } finally {
    stall.clear();
  }
}

/** Removes the small files of an agent that was killed in the middle. Call it before the first backup. */
export async function removeWork(workDirectory: string): Promise<void> {
  for (const name of await readdir(workDirectory)) {
    if (name.startsWith(workPrefix)) await rm(join(workDirectory, name), { recursive: true, force: true });
  }
}

/**
 * Tells these data files from any others: the log of a server whose data were exchanged has numbers that mean nothing to
 * its earlier backups. InnoDB makes ibdata1 once, and only then. Rejects where it can't be looked at.
 */
export async function dataFilesOf(directory: string): Promise<string> {
  const { ino, birthtimeMs } = await stat(join(directory, 'ibdata1')).catch(() => stat(directory));
  return `${ino}-${Math.round(birthtimeMs)}`;
}

async function readFirst(directory: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  return '';
}
