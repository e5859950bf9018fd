import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DumpManifest } from '../contract/dumps.ts';
import { syncDirectory } from '../files/durable-file.ts';
import { readCatalogue } from './catalogue.ts';
import { manifestName } from './names.ts';
import { expiredBackups, type Keep } from './retention.ts';

/**
 * Removes the server's backups that are no longer to be kept, and answers what was removed. Only files that a whole
 * manifest names are touched. The manifest goes first: what is left by a crash in between is not in the catalogue.
 */
export async function pruneBackups(directory: string, server: string, keep: Keep, now: Date): Promise<DumpManifest[]> {
  const expired = expiredBackups(await readCatalogue(directory), server, keep, now);
  for (const { name } of expired) {
    await unlink(join(directory, manifestName(name)));
    await syncDirectory(directory);
    await unlink(join(directory, name));
  }
  return expired;
}
