import { rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DumpManifest } from '../contract/dumps.ts';
import { syncDirectory } from '../files/durable-file.ts';
import { readCatalogue } from './catalogue.ts';
import { chainOf } from './chain.ts';
import { manifestName, partialName, verificationName } from './names.ts';
import { expiredBackups, type Keep } from './retention.ts';
import { findVerdicts } from './verification.ts';

/**
 * Removes the server's backups that are no longer to be kept, and answers what was removed. Only files that a whole
 * manifest names are touched; an incremental one goes before what it builds on. `inUse`: the one that is being restored,
 * whose chain stays.
 */
export async function pruneBackups(
  directory: string,
  server: string,
  keep: Keep,
  now: Date,
  inUse: string | null = null,
): Promise<DumpManifest[]> {
  const catalogue = await readCatalogue(directory);
  const used = catalogue.find(({ name }) => name === inUse);
  const busy = used === undefined ? [] : (chainOf(catalogue, used) ?? [used]);
  const expired = expiredBackups(catalogue, server, keep, now, await findVerdicts(directory, catalogue)).filter(
    (one) => !busy.includes(one),
  );
  for (const { name } of expired.toReversed()) await remove(directory, name);
  return expired;
}

/**
 * The manifest goes aside first: from then on the backup is in no catalogue. An agent that is killed before the file is
 * gone puts it back at its start.
 */
async function remove(directory: string, name: string): Promise<void> {
  const aside = join(directory, partialName(manifestName(name)));
  await rename(join(directory, manifestName(name)), aside);
  await syncDirectory(directory);
  await unlink(join(directory, name));
  await unlink(join(directory, verificationName(name))).catch(() => undefined);
  await unlink(aside);
}
