import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installSystemPackages, planSystemPackages } from './debian.mjs';
import { runForeground } from './foreground.mjs';
import { environment, findNode } from './node24.mjs';
import { ensurePackages } from './packages.mjs';
import { complain } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * What every entry point does: npm and system packages side by side (each waits for its own network), then the real
 * program on a Node that can run it. Ends this process with that program's exit code.
 * @param {readonly import('./debian.mjs').Need[]} needs
 * @param {string} program path of a TypeScript file, from the checkout
 * @param {readonly string[]} args
 * @param {(root: string) => Promise<void>} afterwards what else is needed, once the packages are there
 */
export async function bootstrap(needs, program, args, afterwards = () => Promise.resolve()) {
  try {
    const plan = await planSystemPackages(needs);
    const system = plan === null ? [] : [installSystemPackages(plan)];
    // Both are waited for, so that a failure of one does not leave the other writing behind our back.
    const results = await Promise.allSettled([ensurePackages(root), ...system]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    await afterwards(root);
    const file = join(root, program);
    process.exitCode = await runForeground(findNode(root), [file, ...args], { env: environment(root), cwd: root });
  } catch (error) {
    complain(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
    process.exitCode = error instanceof SetupError ? error.exitCode : 1;
  }
}
