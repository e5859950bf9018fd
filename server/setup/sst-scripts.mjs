import { join } from 'node:path';
import { ensureUnpacked, unpackedFolder } from './unpacked.mjs';

/** Debian's mariadb-server has them. */
const scripts = { package: 'mariadb-server', file: 'bin/wsrep_sst_rsync', folder: 'galera-sst', what: 'Galera' };

/**
 * Where the scripts of Galera's state transfers (wsrep_sst_rsync and the like) are kept when the system has none.
 * @param {string} root the checkout
 */
export function sstScriptsFolder(root) {
  return join(unpackedFolder(root, scripts), 'usr', 'bin');
}

/**
 * Gets them. Does nothing where they are there.
 * @param {string} root
 */
export async function ensureSstScripts(root) {
  await ensureUnpacked(root, scripts);
}
