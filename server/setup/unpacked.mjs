import { existsSync, mkdtempSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { capture } from './command.mjs';
import { pathWithSystem, rootPrefix } from './debian.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * @typedef {{ package: string, file: string, folder: string, what: string }} Unpacked
 * A package of Debian whose files alone are wanted, since its installation would start a service of the system: the file
 * below /usr that is looked for, the folder below var/cache that it goes to, and what it is for, in words.
 */

/**
 * Where the files of such a package are.
 * @param {string} root the checkout
 * @param {Unpacked} unpacked
 */
export function unpackedFolder(root, { folder }) {
  return join(root, 'var', 'cache', folder);
}

/**
 * Downloads and unpacks it; does nothing where its file is there, or a program on the path. Needs no right but to write below the checkout.
 * @param {string} root
 * @param {Unpacked} unpacked
 */
export async function ensureUnpacked(root, unpacked) {
  const place = unpackedFolder(root, unpacked);
  const programs = unpacked.file.startsWith('bin/') ? pathWithSystem(process.env['PATH']).split(delimiter) : [];
  const known = programs.map((folder) => join(folder, basename(unpacked.file)));
  if ([...known, join('/usr', unpacked.file), join(place, 'usr', unpacked.file)].some(existsSync)) return;
  const cache = join(root, 'var', 'cache');
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, `${unpacked.folder}-`));
  try {
    await step(unpacked.what, `getting the files of ${unpacked.package}`, async () => {
      const file = await download(work, unpacked.package);
      const done = await capture('dpkg-deb', ['-x', file, 'unpacked'], { cwd: work });
      if (done.code !== 0) throw new SetupError(`dpkg-deb could not unpack ${file}:\n${done.output.trim()}`, 2);
      renameSync(join(work, 'unpacked'), place);
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {string} name of the package
 */
async function download(folder, name) {
  const ask = () => capture('apt-get', ['-q', 'download', name], { cwd: folder });
  let got = await ask();
  if (got.code !== 0) {
    // The list of packages may be old and name a file that is gone from the mirror, as when one is installed.
    const [file, ...prefix] = [...((await rootPrefix()) ?? []), 'apt-get'];
    await capture(file, [...prefix, '-q', 'update']);
    got = await ask();
  }
  const [file] = readdirSync(folder).filter((one) => one.endsWith('.deb'));
  if (got.code === 0 && file !== undefined) return file;
  throw new SetupError(`apt-get download ${name} failed:\n${got.output.trim()}`, 2);
}
