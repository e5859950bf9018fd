import { access, constants, lstat, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { freeBytes } from '../backups/disk-space.ts';
import type { DataDirectory } from '../contract/reseed.ts';
import { readDataFiles, type DataFiles } from '../mariadb/data-files.ts';
import { askLocalServer } from '../mariadb/local-server.ts';
import { directoryBytes } from './directory-size.ts';
import { obstaclesOf } from './obstacles.ts';

const TIMEOUT_MS = 5_000;

/** The server beside an agent, and what the agent was given to act on it. */
export interface LocalPlace {
  readonly socket: string;
  readonly defaultsFile: string | undefined;
  readonly hasControl: boolean;
  readonly hasPersistFile: boolean;
}

/** Looks at the data directory of the running server. Rejects with SqlError, or where the files can't be looked at. */
export async function inspectDataDirectory(place: LocalPlace): Promise<DataDirectory> {
  const files = await askLocalServer(place, TIMEOUT_MS, (connection) => readDataFiles(connection, TIMEOUT_MS));
  // It ends in a slash, and lstat would look through a link then.
  const path = resolve(files.dataDirectory);
  const parent = dirname(path);
  const [itself, target, above, isMountPoint, free] = await Promise.all([
    lstat(path),
    stat(path),
    stat(parent),
    isMounted(path),
    freeBytes(parent),
  ]);
  const outside = { found: false };
  const bytes = await directoryBytes(
    path,
    (file) => isCopied(file, path, files),
    (file) => {
      if (file.endsWith('.isl')) outside.found = true;
    },
  );
  const obstacles = obstaclesOf({
    path,
    files,
    isLink: itself.isSymbolicLink(),
    isMountPoint: isMountPoint || target.dev !== above.dev,
    owner: target.uid,
    agent: process.geteuid?.() ?? 0,
    parentWritable: await access(parent, constants.W_OK).then(
      () => true,
      () => false,
    ),
    hasControl: place.hasControl,
    hasPersistFile: place.hasPersistFile,
  });
  return { path, bytes, freeBytes: free ?? 0, version: files.version, obstacles, tablesElsewhere: outside.found };
}

/** mariadb-backup takes no binary or relay logs, and only what is live of the redo log. */
function isCopied(file: string, directory: string, { binaryLogs, relayLogs }: DataFiles): boolean {
  const logs = [binaryLogs, relayLogs].filter((name) => name !== '').map((name) => resolve(directory, name));
  return !logs.some((name) => file.startsWith(`${name}.`)) && !file.startsWith(join(directory, 'ib_logfile'));
}

/** A bind mount has the device of its parent: only the kernel's list tells. */
async function isMounted(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return mounts.split('\n').some((line) => unescaped(line.split(' ')[4] ?? '') === path);
}

/** Spaces and the like stand there as octal numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
