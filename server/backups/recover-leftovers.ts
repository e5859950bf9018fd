import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, publish } from '../files/durable-file.ts';
import { findBackup, readManifest } from './catalogue.ts';
import { isBackupOf, manifestName, nameOfPartial, partialName } from './names.ts';

/** What an agent that was killed had left: backups it had only to give their last name, and half ones. */
export interface Leftovers {
  readonly finished: readonly string[];
  readonly removed: readonly string[];
  /** Whole ones that could not get their name: the next start tries again. */
  readonly waiting: readonly string[];
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
  const ends = new Map<string, Awaited<ReturnType<typeof finish>>>();
  for (const backup of backups) ends.set(backup, await finish(directory, backup));
  const endedAs = (end: string): string[] => backups.filter((backup) => ends.get(backup) === end);
  // Without its manifest a whole backup would be a file that nobody looks at.
  const useless = partials.filter((file) => ends.get(backupOf(nameOfPartial(file) ?? '')) !== 'waiting');
  for (const file of useless) await unlink(join(directory, file)).catch(() => undefined);
  const half: string[] = [];
  for (const backup of backups) {
    // A manifest alone is what removing a backup had left.
    const isHalf = partials.includes(partialName(backup)) || (await exists(join(directory, backup)));
    if (isHalf && ends.get(backup) === 'half') half.push(backup);
  }
  return { finished: endedAs('finished'), removed: half, waiting: endedAs('waiting') };
}

function backupOf(name: string): string {
  return name.endsWith('.json') ? name.slice(0, -'.json'.length) : name;
}

/** A manifest that waits beside a dump of exactly its size: the dump is whole, since it got its name after its fsync. */
async function finish(directory: string, name: string): Promise<'finished' | 'waiting' | 'half'> {
  if (await findBackup(directory, name)) return 'finished';
  const waiting = join(directory, partialName(manifestName(name)));
  const manifest = await readManifest(waiting);
  const dump = await lstat(join(directory, name)).catch(() => null);
  if (manifest?.name !== name || !dump?.isFile() || dump.size !== manifest.bytes) return 'half';
  return await publish(waiting, join(directory, manifestName(name))).then(
    () => 'finished' as const,
    () => 'waiting' as const,
  );
}
