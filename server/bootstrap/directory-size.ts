import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The bytes of all regular files below a directory for which `counts` holds. What goes away while it looks counts nothing.
 * `seen` is told every file's path. Rejects where the directory itself can't be read.
 */
export async function directoryBytes(
  directory: string,
  counts: (path: string) => boolean = () => true,
  seen: (path: string) => void = () => undefined,
): Promise<number> {
  return await bytesOf(directory, await readdir(directory, { withFileTypes: true }), counts, seen);
}

async function bytesOf(
  directory: string,
  entries: readonly Dirent[],
  counts: (path: string) => boolean,
  seen: (path: string) => void,
): Promise<number> {
  let bytes = 0;
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      const inner = await readdir(path, { withFileTypes: true }).catch(() => []);
      bytes += await bytesOf(path, inner, counts, seen);
    } else if (entry.isFile()) {
      seen(path);
      if (counts(path)) bytes += (await lstat(path).catch(() => null))?.size ?? 0;
    }
  }
  return bytes;
}
