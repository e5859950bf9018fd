import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * A command line that ends when the process that starts it ends, whatever ends it: the kernel sends SIGTERM. As it is where
 * util-linux is not installed.
 * @param {readonly string[]} argv
 * @returns {string[]}
 */
export function endingWithUs(argv) {
  return existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'TERM', ...argv] : [...argv];
}

/**
 * Runs a command to its end without a terminal and answers its exit code and all it printed (both streams, in order).
 * Never rejects: a command that cannot be started has exit code 127 and says why.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function capture(file, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
