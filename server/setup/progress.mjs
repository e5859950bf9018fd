/**
 * Calm progress on the terminal: one line when a step begins, one when it ends, with its seconds.
 * Plain JavaScript with `node:` imports alone, since it runs before any package is installed.
 */

/** How often a long step says that it still runs: often enough to be believed, rare enough to be read. */
const stillRunningMs = 15_000;

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {string} text */
export function complain(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs a step and says when it began, that it still runs, and how long it took. Rejects as the step does.
 * @template T
 * @param {string} name
 * @param {string} doing
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, doing, work) {
  const startedMs = Date.now();
  const seconds = () => `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
  const line = (/** @type {string} */ text) => say(`  ${name.padEnd(16)} ${text}`);
  line(`${doing} …`);
  const timer = setInterval(() => line(`still ${doing}, ${seconds()}`), stillRunningMs);
  try {
    const result = await work();
    line(`done, ${seconds()}`);
    return result;
  } catch (error) {
    line(`failed after ${seconds()}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
