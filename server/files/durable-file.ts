import { chmod, chown, link, lstat, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the names of a directory durable: a rename is on the disk only after this. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a new file and waits for the disk. Rejects when the file exists already. */
export async function writeNew(path: string, text: string, mode = 0o600): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a whole, fsynced file its final name, durably, and never in the place of one that exists: rejects with EEXIST. */
export async function publish(partial: string, final: string): Promise<void> {
  try {
    await link(partial, final);
    await unlink(partial);
  } catch (error) {
    // CIFS and some FUSE file systems have no hard links.
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK')) throw error;
    if (await exists(final)) throw new Error(`${final} exists already`, { cause: error });
    await rename(partial, final);
  }
  await syncDirectory(dirname(final));
}

/** Replaces a small file so that a reader, or a crash, sees either the old or the new text. A failover may wait for it. */
export async function replaceFile(path: string, text: string, mode = 0o600): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  const [file, directory] = await writtenBeside(partial, text, mode, dirname(path));
  try {
    await rename(partial, path);
    await directory.sync();
  } finally {
    // Nothing is left to be said by this.
    for (const handle of [file, directory]) handle.close().catch(() => undefined);
  }
}

/** The file with that text, on the disk, and its directory, both open. */
async function writtenBeside(
  path: string,
  text: string,
  mode: number,
  above: string,
): Promise<readonly [FileHandle, FileHandle]> {
  const file = await openAnew(path, mode);
  const [written, directory] = await Promise.allSettled([
    file.writeFile(text).then(async () => await file.sync()),
    open(above, 'r'),
  ]);
  if (written.status === 'fulfilled' && directory.status === 'fulfilled') return [file, directory.value];
  await Promise.all([file.close(), directory.status === 'fulfilled' ? directory.value.close() : null]);
  throw [written, directory].find((one) => one.status === 'rejected')?.reason;
}

/** A new file, also where one was left. */
async function openAnew(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, 'wx', mode);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    await unlink(path).catch(ignoreMissing);
    return await open(path, 'wx', mode);
  }
}

/** As replaceFile, and the new file has the owner and the mode of the old one. Rejects where there is none. */
export async function replaceAlike(path: string, text: string): Promise<void> {
  const { uid, gid, mode } = await lstat(path);
  const partial = `${path}.${process.pid}.partial`;
  await unlink(partial).catch(ignoreMissing);
  await writeNew(partial, text, 0o600);
  await chown(partial, uid, gid);
  await chmod(partial, mode & 0o7777);
  await rename(partial, path);
  await syncDirectory(dirname(path));
}

/** Whether something has that name, as far as can be told. */
export async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

function ignoreMissing(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
