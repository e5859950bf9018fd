import { mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RunAs } from '../backups/tool.ts';
import { BatonError } from '../contract/errors.ts';
import { lockDirectory } from '../files/lock-directory.ts';
import type { FileOptions } from '../mariadb/options-file.ts';
import { hasLogs, notedLogs, type InitFolder } from './init-folder.ts';

/** The data directory that the options name. Rejects where they name none, or put parts of the data elsewhere. */
export function dataDirectoryOf({ dataDirectory, elsewhere }: FileOptions, file: string): string {
  if (dataDirectory === null || !dataDirectory.startsWith('/')) {
    throw new BatonError(
      'invalid',
      `${file} names no datadir for mariadbd.`,
      'Set datadir there, as an absolute path.',
    );
  }
  const [first] = elsewhere;
  if (!first) return resolve(dataDirectory);
  const text = `${file} puts ${first.name} to ${first.path}, outside of what is exchanged as a whole.`;
  throw new BatonError('refused', text, `Leave ${first.name} at its default.`);
}

/**
 * Logs that the options put outside of the data directory's own relative names. Those of an earlier life are refused, also
 * where an init was begun with other options: what one has for its own is removed when it fails.
 */
export async function ownLogs({ binaryLogs, relayLogs }: FileOptions, folder: InitFolder): Promise<string[]> {
  const { dataDirectory } = folder;
  const logs = [binaryLogs, relayLogs]
    .filter((base) => base !== null && base.startsWith('/'))
    // mariadbd takes the ending off.
    .map((base) => (base ?? '').replace(/\.[^./]*$/, ''));
  const own = await notedLogs(folder);
  for (const base of logs) {
    if (!own.includes(base) && (await hasLogs(base))) {
      throw new BatonError(
        'refused',
        `There are logs of an earlier server at ${base}.*, and ${dataDirectory} has no database: they would be taken for its own.`,
        'Move them away.',
      );
    }
  }
  return logs;
}

/** As whom the tools run: as the owner of the data directory where root starts us, as ourselves else. */
export async function ownerOf(dataDirectory: string, { user }: FileOptions): Promise<RunAs | null> {
  if (process.geteuid?.() !== 0) {
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    return null;
  }
  const there = await isThere(dataDirectory);
  if (!there && user !== null && user !== 'root') {
    throw new BatonError(
      'refused',
      `${dataDirectory} is not there, and mariadbd is to run as ${user}.`,
      `Make the directory, and give it to ${user}.`,
    );
  }
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const { uid, gid } = await stat(dataDirectory);
  if (uid === 0 && user !== null && user !== 'root') {
    throw new BatonError(
      'refused',
      `mariadbd is to run as ${user}, and ${dataDirectory} belongs to root.`,
      `Give it to ${user}.`,
    );
  }
  return uid === 0 ? null : { uid, gid };
}

/** Whether something is at that path. */
export async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * One init of a data directory at a time, by whatever path; the directory is made where it is not there. Answers what ends
 * the lock; it ends with its process, too. Rejects with BatonError('already-running') while another is at work.
 */
export async function lockForInit(dataDirectory: string, options: FileOptions): Promise<() => Promise<void>> {
  if (!(await isThere(dataDirectory))) await ownerOf(dataDirectory, options);
  const release = await lockDirectory(dataDirectory);
  if (release) return release;
  throw new BatonError('already-running', `Another init of ${dataDirectory} is at work.`, 'Wait for its end.');
}
