import { ensureUnpacked } from './unpacked.mjs';

/**
 * Gets the storage engine Mroonga for the tests where the machine has none: its package would install mariadb-server. Does
 * nothing where it is there.
 * @param {string} root
 */
export async function ensureMroonga(root) {
  const file = 'lib/mysql/plugin/ha_mroonga.so';
  await ensureUnpacked(root, { package: 'mariadb-plugin-mroonga', file, folder: 'mroonga', what: 'Mroonga' });
}
