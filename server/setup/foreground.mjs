import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How often we look whether whoever started us still lives. */
const parentCheckMs = 500;

/**
 * Runs a child in the foreground and answers its exit code (128 + signal, as a shell says it). SIGINT, SIGTERM, SIGHUP and
 * SIGUSR1 are passed on, and the child's channel to us closes when we die, whatever the cause: a child of ours ends on its
 * "disconnect". When our own parent goes (npm was killed), the child is asked to stop.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd: string }} options
 * @returns {Promise<number>}
 */
export function runForeground(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'];
    for (const signal of signals) process.on(signal, pass);
    const parent = process.ppid;
    const orphanTimer = setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, parentCheckMs);
    const finish = () => {
      clearInterval(orphanTimer);
      for (const signal of signals) process.off(signal, pass);
    };
    child.on('error', (error) => {
      finish();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      finish();
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}
