import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dumpManifest, type DumpManifest } from '../contract/dumps.ts';
import { isBackupName, manifestName } from './names.ts';

/** A manifest has some 500 bytes; what is far larger is none. */
const maxManifestBytes = 65_536;

/**
 * The whole backups of a directory, newest first: those that have a readable manifest of their name and a regular file
 * of exactly the manifest's size. Everything else in the directory does not exist for a reader.
 */
export async function readCatalogue(directory: string): Promise<DumpManifest[]> {
  const names = (await readdir(directory)).filter((name) => isBackupName(name));
  const found = await Promise.all(names.map((name) => findBackup(directory, name)));
  return found
    .filter((manifest) => manifest !== null)
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt) || b.name.localeCompare(a.name));
}

/** The manifest of one whole backup, or null. A name that no agent gives is not looked for. */
export async function findBackup(directory: string, name: string): Promise<DumpManifest | null> {
  if (!isBackupName(name)) return null;
  const manifest = await readManifest(join(directory, manifestName(name)));
  if (manifest?.name !== name) return null;
  const file = await lstat(join(directory, name)).catch(() => null);
  return file?.isFile() && file.size === manifest.bytes ? manifest : null;
}

/** The manifest in a file, or null when it is absent, a link, too large or not a whole one. */
export async function readManifest(path: string): Promise<DumpManifest | null> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const file = await handle.stat();
      if (!file.isFile() || file.size > maxManifestBytes) return null;
      const parsed = dumpManifest.safeParse(JSON.parse(await handle.readFile('utf8')));
      return parsed.success ? parsed.data : null;
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
