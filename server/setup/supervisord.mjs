import { ensureUnpacked } from './unpacked.mjs';

/**
 * Gets the supervisord of the tests where the machine has none. Does nothing where it is there.
 * @param {string} root
 */
export async function ensureSupervisord(root) {
  const what = 'supervisord';
  await ensureUnpacked(root, { package: 'supervisor', file: 'bin/supervisord', folder: 'supervisor', what });
}
