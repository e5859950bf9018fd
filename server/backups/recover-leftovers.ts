import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { publish } from '../files/durable-file.ts';
import { findBackup, readManifest } from './catalogue.ts';
import { isBackupOf, manifestName, nameOfPartial, partialName } from './names.ts';

/** What an agent that was killed had left: backups it had only to give their last name, and half ones. */
export interface Leftovers {
  readonly finished: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Finishes or removes what an earlier agent of this server left when it was killed. Only its own partial files are
 * touched, by their name; call it before the first backup, by the one agent of the server.
 */
export async function recoverLeftovers(directory: string, server: string): Promise<Leftovers> {
  const partials = (await readdir(directory)).filter((file) => {
    const name = nameOfPartial(file);
    return name !== null && isBackupOf(server, backupOf(name));
  });
  const backups = [...new Set(partials.map((file) => backupOf(nameOfPartial(file) ?? '')))].toSorted();
  const finished: string[] = [];
  for (const backup of backups) if (await finish(directory, backup)) finished.push(backup);
  for (const file of partials) await unlink(join(directory, file)).catch(() => undefined);
  const half: string[] = [];
  for (const backup of backups) {
    // A manifest alone is what removing a backup had left.
    const isHalf = partials.includes(partialName(backup)) || (await exists(join(directory, backup)));
    if (isHalf && !finished.includes(backup)) half.push(backup);
  }
  return { finished, removed: half };
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

function backupOf(name: string): string {
  return name.endsWith('.json') ? name.slice(0, -'.json'.length) : name;
}

/** A manifest that waits beside a dump of exactly its size: the dump is whole, since it got its name after its fsync. */
async function finish(directory: string, name: string): Promise<boolean> {
  if (await findBackup(directory, name)) return true;
  const waiting = join(directory, partialName(manifestName(name)));
  const manifest = await readManifest(waiting);
  const dump = await lstat(join(directory, name)).catch(() => null);
  if (manifest?.name !== name || !dump?.isFile() || dump.size !== manifest.bytes) return false;
  return await publish(waiting, join(directory, manifestName(name))).then(
    () => true,
    () => false,
  );
}
