import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.ts';
import type { KilledConsolePlan } from './killed-console.ts';

/**
 * For tests: starts a console that begins the operation, and resolves when it has died by SIGKILL where the plan says.
 * Rejects where it ended in any other way: that point was not reached.
 */
export async function killConsole(plan: KilledConsolePlan): Promise<void> {
  const file = join(plan.baton.dir, 'killed-console.json');
  await writeFile(file, JSON.stringify(plan), { mode: 0o600 });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-console.ts'), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: childEnvironment,
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (words += piece));
  const [code, signal]: (string | number | null)[] = await once(child, 'close');
  if (signal !== 'SIGKILL') throw new Error(`the console did not die there: it ended with ${code}. ${words}`);
}
