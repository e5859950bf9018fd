import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** For tests: the real `baton`, through its launcher, to its end. Nobody sits at its terminal. */
export async function runBaton(
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string; readonly signal?: AbortSignal } = {},
): Promise<Ran> {
  const { BATON_CONFIG: _, BATON_URL: __, BATON_TOKEN_FILE: ___, ...env } = process.env;
  const child = spawn(join(import.meta.dirname, '..', 'baton.mjs'), args, { env, cwd: options.cwd ?? '/' });
  options.signal?.addEventListener('abort', () => child.kill('SIGINT'));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString();
    });
  }
  child.stdin.end(options.input ?? '');
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
  });
}
