import { join } from 'node:path';
import type { BackupIndex } from '../contract/agent.ts';
import { replaceFile } from '../files/durable-file.ts';
import { readCatalogue } from './catalogue.ts';

/** Name of the list of a backup directory, as its agent answers it and as it stands there for any static server. */
export const indexName = 'index.json';

/** The manifests of all whole backups, newest first. */
export async function backupIndexOf(directory: string): Promise<BackupIndex> {
  return { format: 1, backups: await readCatalogue(directory) };
}

/** Writes the list anew, after something came or went. */
export async function writeIndex(directory: string): Promise<void> {
  await replaceFile(join(directory, indexName), `${JSON.stringify(await backupIndexOf(directory))}\n`);
}
