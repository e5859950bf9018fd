import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyPosition, POSITION_FILES } from './copy-position.ts';
import { runTool, type RunOptions } from './run-tool.ts';

/** Where mariadb-backup writes which server it read: the second name until 10.11, the first from 11.1 on. */
const INFO_FILES = ['mariadb_backup_info', 'xtrabackup_info'] as const;

/**
 * Makes an unpacked copy one that a server can be started on (mariadb-backup --prepare), and waits until all of it is on
 * the disk. Answers its GTID position. Rejects with the reason; what is in the directory is then worth nothing.
 */
export async function prepareCopy(directory: string, signal: AbortSignal): Promise<string> {
  const gtid = await positionOfCopy(directory);
  if (gtid === null)
    throw new Error('the copy says no GTID position: its source has no binary log, or wrote nothing yet');
  await prepare(directory, { signal });
  await syncToDisk(directory, signal);
  return gtid;
}

/** mariadb-backup --prepare; of an incremental copy, onto the prepared one that it builds on. Rejects with the tool's words. */
export async function prepare(
  directory: string,
  { incremental, ...options }: RunOptions & { readonly incremental?: string },
): Promise<void> {
  const onto = incremental === undefined ? [] : [`--incremental-dir=${incremental}`];
  await runTool('mariadb-backup', ['--no-defaults', '--prepare', `--target-dir=${directory}`, ...onto], options);
}

/** mbstream, mariadb-backup and a server told to be quick leave it to the kernel when the bytes reach the disk. */
export async function syncToDisk(directory: string, signal: AbortSignal): Promise<void> {
  await runTool('sync', ['--file-system', directory], { signal });
}

/** The GTID position of an unpacked copy; null where it says none. */
export async function positionOfCopy(directory: string): Promise<string | null> {
  for (const name of POSITION_FILES) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => null);
    if (text === null) continue;
    const gtid = copyPosition(text);
    if (gtid !== null) return gtid;
  }
  return null;
}

/** The version of the server that an unpacked copy is of; null where it does not say. */
export async function versionOfCopy(directory: string): Promise<string | null> {
  for (const name of INFO_FILES) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => '');
    const version = /^server_version = (\S+)/m.exec(text)?.[1];
    if (version !== undefined) return version;
  }
  return null;
}
