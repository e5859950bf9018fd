import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture } from './command.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * @typedef {{ package: string, programs: string[], files?: string[] }} Need
 * What a package is wanted for: each program has to be found on the path, and one of the files has to exist.
 */

/**
 * mariadb-server-core and not mariadb-server: it has mariadbd and its scripts, but no service, so that installing it
 * starts no system-wide server.
 * @type {readonly Need[]}
 */
export const demoNeeds = [
  { package: 'mariadb-server-core', programs: ['mariadbd', 'mariadb-install-db', 'mariadb-upgrade'] },
  { package: 'mariadb-client', programs: ['mariadb', 'mariadb-dump', 'mariadb-binlog', 'mariadb-tzinfo-to-sql'] },
  { package: 'mariadb-backup', programs: ['mariadb-backup', 'mbstream'] },
  { package: 'galera-4', programs: [], files: ['/usr/lib/galera/libgalera_smm.so', '/usr/lib/libgalera_smm.so'] },
  { package: 'zstd', programs: ['zstd'] },
  { package: 'tzdata', programs: [], files: ['/usr/share/zoneinfo/Europe/Paris'] },
];

/**
 * What a Galera node's state transfer runs, beside its own scripts (sst-scripts.mjs).
 * @type {readonly Need[]}
 */
export const galeraNeeds = [
  { package: 'rsync', programs: ['rsync'] },
  { package: 'iproute2', programs: ['ss'] },
];

/** @type {readonly Need[]} */
export const testNeeds = [
  ...demoNeeds,
  ...galeraNeeds,
  // Certificates, and the script of the README.
  { package: 'openssl', programs: ['openssl'] },
  { package: 'curl', programs: ['curl'] },
  { package: 'jq', programs: ['jq'] },
  // What supervisord runs on; itself it is only unpacked.
  { package: 'python3', programs: ['python3'] },
  {
    package: 'python3-pkg-resources',
    programs: [],
    files: ['/usr/lib/python3/dist-packages/pkg_resources/__init__.py'],
  },
  { package: 'chromium', programs: ['chromium'] },
  // Without any font Chromium draws no text, and screenshots and contrast checks see empty boxes.
  { package: 'fonts-dejavu-core', programs: [], files: ['/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'] },
];

/** Where server programs live; the path of a user who is not root often lacks them. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/**
 * The path with the folders of server programs at its end.
 * @param {string | undefined} path
 */
export function pathWithSystem(path) {
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, ...systemFolders.filter((folder) => !folders.includes(folder))].join(delimiter);
}

/**
 * The packages whose programs or files are missing.
 * @param {readonly Need[]} needs
 * @param {(file: string) => boolean} exists
 * @param {string} path
 */
export function missingPackages(needs, exists, path) {
  const folders = path.split(delimiter);
  const onPath = (/** @type {string} */ program) => folders.some((folder) => exists(join(folder, program)));
  const met = (/** @type {Need} */ need) =>
    need.programs.every(onPath) && (need.files === undefined || need.files.some((file) => exists(file)));
  return needs.filter((need) => !met(need)).map((need) => need.package);
}

/**
 * What installing the missing packages takes; null where nothing is missing. Rejects at once, before anything is
 * installed, where it can't be done.
 * @param {readonly Need[]} needs
 * @returns {Promise<{ prefix: string[], missing: string[] } | null>}
 */
export async function planSystemPackages(needs) {
  const missing = missingPackages(needs, existsSync, pathWithSystem(process.env['PATH']));
  if (missing.length === 0) return null;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new SetupError(
      `This machine lacks ${missing.join(', ')} (names as in Debian): install them, then run this again.`,
      2,
    );
  }
  const prefix = await rootPrefix();
  if (prefix !== null) return { prefix, missing };
  throw new SetupError(`Some system packages are missing; as root, run: ${byHand(missing)}`, 2);
}

/**
 * Installs them. What is installed already is neither upgraded nor removed.
 * @param {{ prefix: string[], missing: string[] }} plan
 */
export async function installSystemPackages({ prefix, missing }) {
  await step('system packages', `installing ${missing.join(' ')}`, () => install(prefix, missing));
}

/** @param {string[]} packages */
function byHand(packages) {
  return `apt-get install --no-install-recommends ${packages.join(' ')}`;
}

/**
 * What has to stand before a command that needs root: nothing for root, sudo where it asks no password, else null.
 * @returns {Promise<string[] | null>}
 */
export async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const { code } = await capture('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n'] : null;
}

/**
 * @param {string[]} prefix
 * @param {string[]} packages
 */
async function install(prefix, packages) {
  const aptGet = (/** @type {string[]} */ args) => {
    // A first boot often holds the lock for its own updates: wait for it.
    const command = [
      ...prefix,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-q',
      '-o',
      'DPkg::Lock::Timeout=120',
    ];
    const [file = 'env', ...rest] = [...command, ...args];
    return capture(file, rest);
  };
  const installArgs = ['install', '-y', '--no-install-recommends', '--no-upgrade', '--no-remove', ...packages];
  if (await allAreKnown(packages)) {
    // The list of packages may be old and name files that are gone from the mirror: then update it, once.
    if ((await aptGet(installArgs)).code === 0) return;
  }
  const updated = await aptGet(['update']);
  const result = await aptGet(installArgs);
  if (result.code !== 0) {
    const output = `${updated.code === 0 ? '' : updated.output}${result.output}`
      .trim()
      .split('\n')
      .slice(-12)
      .join('\n');
    throw new SetupError(
      `${output}\nInstalling system packages failed; as root, run: apt-get update && ${byHand(packages)}`,
      2,
    );
  }
}

/**
 * Does the machine's package list (empty on a fresh image) have a version of each?
 * @param {string[]} packages
 */
async function allAreKnown(packages) {
  const { code, output } = await capture('apt-cache', ['show', '--no-all-versions', ...packages]);
  return code === 0 && packages.every((name) => output.includes(`Package: ${name}\n`));
}
