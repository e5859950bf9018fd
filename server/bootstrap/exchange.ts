import { chmod, lchown, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../files/durable-file.ts';

/** Names beside a data directory. `kept` holds what was there before. */
export interface Directories {
  readonly directory: string;
  readonly copyDirectory: string;
  readonly keptDirectory: string;
}

/** The names that a reseed begun then uses. */
export function directoriesOf(directory: string, at: Date): Directories {
  const stamp = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return { directory, copyDirectory: `${directory}.reseed-${stamp}`, keptDirectory: `${directory}.kept-${stamp}` };
}

/** Puts the copy in the place of the data, which are kept. Goes on from wherever an earlier run of it was ended. */
export async function putCopy(names: Directories): Promise<void> {
  const { directory, copyDirectory, keptDirectory } = names;
  if (await nothingMoved(names)) await move(directory, keptDirectory);
  if (await exists(copyDirectory)) await move(copyDirectory, directory);
}

/** Whether the data and the copy both have the names that they began with. */
export async function nothingMoved({ directory, copyDirectory }: Directories): Promise<boolean> {
  return (await exists(directory)) && (await exists(copyDirectory));
}

/** The inverse of putCopy, from wherever that was ended. */
export async function putBack(names: Directories): Promise<void> {
  const { directory, copyDirectory, keptDirectory } = names;
  if (await nothingMoved(names)) return;
  if (!(await exists(copyDirectory))) await move(directory, copyDirectory);
  await move(keptDirectory, directory);
}

/** Durable when it resolves. rename(2) would replace an empty directory without a word: rejects where the name is taken. */
async function move(from: string, to: string): Promise<void> {
  if (await exists(to)) throw new Error(`${to} exists already: nothing was put in its place`);
  await rename(from, to);
  await syncDirectory(dirname(to));
}

/** Gives a copy the owner and the mode of the data directory that it is to replace. Rejects where that is not allowed. */
export async function ownAs(directory: string, copyDirectory: string): Promise<void> {
  const { uid, gid, mode } = await stat(directory);
  const own = await stat(copyDirectory);
  if (own.uid !== uid || own.gid !== gid) await giveTo(copyDirectory, uid, gid);
  await chmod(copyDirectory, mode & 0o7777);
}

async function giveTo(path: string, uid: number, gid: number): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) await giveTo(inner, uid, gid);
    else await lchown(inner, uid, gid);
  }
  await lchown(path, uid, gid);
}

/**
 * Removes a copy on which no server was ever started. Only a name that this room gives is removed, and never the data or
 * what was kept of them.
 */
export async function discardCopy({ directory, copyDirectory }: Directories): Promise<void> {
  if (!copyDirectory.startsWith(`${directory}.reseed-`)) throw new Error(`${copyDirectory} is no copy of a reseed`);
  // A tool that was ended by force may still be writing its last file.
  await rm(copyDirectory, { recursive: true, force: true, maxRetries: 5 });
}

/** Whether something has that name. */
export async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
