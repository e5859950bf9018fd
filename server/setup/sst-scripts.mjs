import { existsSync, mkdtempSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture } from './command.mjs';
import { pathWithSystem, rootPrefix } from './debian.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Where the scripts of Galera's state transfers (wsrep_sst_rsync and the like) are kept when the system has none.
 * @param {string} root the checkout
 */
export function sstScriptsFolder(root) {
  return join(root, 'var', 'cache', 'galera-sst', 'usr', 'bin');
}

/**
 * Unpacks them from Debian's mariadb-server, which is downloaded and not installed: installed, it would start a server of
 * the system. Does nothing where they are there.
 * @param {string} root
 */
export async function ensureSstScripts(root) {
  const folders = [...pathWithSystem(process.env['PATH']).split(delimiter), sstScriptsFolder(root)];
  if (folders.some((folder) => existsSync(join(folder, 'wsrep_sst_rsync')))) return;
  const cache = join(root, 'var', 'cache');
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'galera-sst-'));
  try {
    await step('Galera', 'getting the scripts of its state transfers', async () => {
      const download = () => capture('apt-get', ['-q', 'download', 'mariadb-server'], { cwd: work });
      let got = await download();
      if (got.code !== 0) {
        // The list of packages may be old and name a file that is gone from the mirror, as when one is installed.
        const [file, ...prefix] = [...((await rootPrefix()) ?? []), 'apt-get'];
        await capture(file, [...prefix, '-q', 'update']);
        got = await download();
      }
      const [file] = readdirSync(work).filter((name) => name.endsWith('.deb'));
      if (got.code !== 0 || file === undefined)
        throw new SetupError(`apt-get download mariadb-server failed:\n${got.output.trim()}`, 2);
      const unpacked = await capture('dpkg-deb', ['-x', file, 'unpacked'], { cwd: work });
      if (unpacked.code !== 0) throw new SetupError(`dpkg-deb could not unpack ${file}:\n${unpacked.output.trim()}`, 2);
      renameSync(join(work, 'unpacked'), join(cache, 'galera-sst'));
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
