import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { capture, endingWithUs } from './command.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Locked
 * @typedef {{ packages?: Record<string, Locked> }} Lock
 */

/**
 * Does an installation hold what a lock file asks for on this machine? `installed` is the record npm writes at the very
 * end of an installation (node_modules/.package-lock.json), so that an interrupted one has none. Answers the first
 * package that is missing or different, or null.
 * @param {Lock} wanted
 * @param {Lock | null} installed
 * @returns {string | null}
 */
export function firstDifference(wanted, installed) {
  if (installed === null) return 'node_modules';
  for (const [path, locked] of Object.entries(wanted.packages ?? {})) {
    if (path === '') continue;
    const found = installed.packages?.[path];
    // npm leaves optional packages of other platforms out, without a word in its record.
    if (found === undefined && locked.optional === true) continue;
    if (found === undefined || found.version !== locked.version || found.integrity !== locked.integrity) return path;
  }
  return null;
}

/**
 * @param {string} file
 * @returns {Lock | null}
 */
function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/**
 * Installs the locked npm packages where they are not installed yet. No install script runs: none of the parts needs one.
 * @param {string} root
 */
export async function ensurePackages(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  if (wanted === null) throw new SetupError(`There is no package-lock.json in ${root}: not a checkout of Baton.`);
  if (firstDifference(wanted, readLock(join(root, 'node_modules', '.package-lock.json'))) === null) return;
  await step('npm packages', 'installing', async () => {
    const install = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const [file = '', ...args] = endingWithUs([...npmCommand(), ...install]);
    const { code, output } = await capture(file, args, { cwd: root });
    if (code !== 0) throw new SetupError(`npm ci failed:\n${firstLines(output)}`);
  });
}

/**
 * The cause stands first in what npm says; its usage and its options follow.
 * @param {string} output
 */
function firstLines(output) {
  return output.trim().split('\n').slice(0, 30).join('\n');
}

/**
 * The npm that started us, else the one on the path.
 * @returns {string[]}
 */
function npmCommand() {
  const started = process.env['npm_execpath'];
  if (started !== undefined && basename(started) === 'npm-cli.js') return [process.execPath, started];
  return ['npm'];
}
