import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { DumpManifest } from '../contract/dumps.ts';
import { messageOf } from '../contract/errors.ts';
import { publish, writeNew } from '../files/durable-file.ts';
import { manifestName, partialName } from './names.ts';

export type BackupOutcome = { kind: 'done'; manifest: DumpManifest } | { kind: 'failed'; reason: string };

/**
 * Has a backup written aside and gives it its name when it is whole and on the disk, and its manifest after it; when
 * anything fails, nothing is left that looks like a backup. `write` fills the file, waits for the disk, and answers the
 * manifest. Never rejects: what failed is in the outcome.
 */
export async function publishBackup(
  directory: string,
  name: string,
  write: (file: FileHandle) => Promise<DumpManifest>,
): Promise<BackupOutcome> {
  const created: string[] = [];
  try {
    return { kind: 'done', manifest: await attempt(directory, name, write, created) };
  } catch (error) {
    for (const path of created) await unlink(path).catch(() => undefined);
    return { kind: 'failed', reason: messageOf(error) };
  }
}

async function attempt(
  directory: string,
  name: string,
  write: (file: FileHandle) => Promise<DumpManifest>,
  created: string[],
): Promise<DumpManifest> {
  const partial = join(directory, partialName(name));
  const file = await open(partial, 'wx', 0o600);
  created.push(partial);
  let manifest: DumpManifest;
  try {
    manifest = await write(file);
  } finally {
    await file.close();
  }
  // The manifest is on the disk before the backup has its name: an agent killed between the two names finishes at its start.
  const manifestPartial = join(directory, partialName(manifestName(name)));
  await writeNew(manifestPartial, `${JSON.stringify(manifest, null, 2)}\n`);
  created.push(manifestPartial);
  await publish(partial, join(directory, name));
  created.push(join(directory, name));
  await publish(manifestPartial, join(directory, manifestName(name)));
  return manifest;
}
