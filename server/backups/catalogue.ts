import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dumpManifest, type DumpManifest } from '../contract/dumps.ts';
import { isBackupName, manifestName } from './names.ts';
import { readSmallJson } from './small-file.ts';

/** A manifest has its tool's last words in it; what is far larger is none. */
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
  return dumpManifest.safeParse(await readSmallJson(path, maxManifestBytes)).data ?? null;
}
