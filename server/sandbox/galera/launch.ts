import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import type { Launch } from '../mariadbd.ts';

/** The account "nobody" of every Debian. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Where setup/sst-scripts.mjs puts the scripts of a state transfer when the system has none. */
const ownScripts = resolve(import.meta.dirname, '../../../var/cache/galera-sst/usr/bin');

/**
 * How a node is started. As the system's root no state transfer works: rsync's daemon gives root up, and then may not write
 * (measured). The programs in `tools` are found before all others. Throws where the scripts of a state transfer are not there.
 */
export async function galeraLaunch(tools?: string): Promise<Launch> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = await firstWith('wsrep_sst_rsync', [...folders, '/usr/bin', ownScripts]);
  if (found === null)
    throw new Error(`wsrep_sst_rsync is neither on the path nor in ${ownScripts}: "npm test" puts it there`);
  const path = [
    ...(tools === undefined ? [] : [tools]),
    found,
    ...folders,
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ].join(delimiter);
  return { account: process.getuid?.() === 0 ? NOBODY : null, path };
}

async function firstWith(program: string, folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const there = await access(join(folder, program)).then(
      () => true,
      () => false,
    );
    if (there) return folder;
  }
  return null;
}
