#!/usr/bin/env node
/** `baton`: finds a Node that can run the server and hands the command line over to main.ts. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runForeground } from '../setup/foreground.mjs';
import { compileCache, environment, findNode, flagsFor } from '../setup/node24.mjs';
import { complain } from '../setup/progress.mjs';
import { SetupError } from '../setup/setup-error.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '..', '..');

try {
  const node = findNode(root);
  const args = process.argv.slice(2);
  // The working folder stays the caller's: paths on the command line are relative to it.
  process.exitCode = await runForeground(node, [...flagsFor(args), join(folder, 'main.ts'), ...args], {
    env: { ...environment(root), ...compileCache(root, args) },
    cwd: process.cwd(),
  });
} catch (error) {
  complain(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
  process.exitCode = error instanceof SetupError ? error.exitCode : 1;
}
