import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../sandbox/until.ts';
import { childEnvironment } from './child-environment.ts';
import type { KilledConsolePlan } from './killed-console.ts';

/**
 * For tests: starts a console that begins the operation, and resolves when it has died by SIGKILL where the plan says.
 * Rejects where it ended in any other way: that point was not reached.
 */
export async function killConsole(plan: KilledConsolePlan): Promise<void> {
  const child = await begin(plan);
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (words += piece));
  const [code, signal]: (string | number | null)[] = await once(child, 'close');
  if (signal !== 'SIGKILL') throw new Error(`the console did not die there: it ended with ${code}. ${words}`);
}

/** A console that stands still in the middle of an operation, as its machine does when it is suspended. */
export interface PausedConsole {
  /** Lets it go on, and resolves when it has ended its work and itself. */
  wake(): Promise<void>;
}

/** For tests: starts a console that begins the operation, and resolves when it stands still where the plan says. */
export async function pauseConsole(plan: Omit<KilledConsolePlan, 'signal'>): Promise<PausedConsole> {
  const child = await begin({ ...plan, signal: 'SIGSTOP' });
  const exited = once(child, 'exit');
  await until(async () => child.exitCode !== null || (await stateOf(child.pid)) === 'T', { what: 'the console stops' });
  if (child.exitCode !== null) throw new Error(`the console did not stop there: it ended with ${child.exitCode}`);
  return {
    async wake() {
      child.kill('SIGCONT');
      await exited;
    },
  };
}

async function begin(plan: KilledConsolePlan): Promise<ChildProcess> {
  const file = join(plan.baton.dir, 'killed-console.json');
  await writeFile(file, JSON.stringify(plan), { mode: 0o600 });
  return spawn(process.execPath, [join(import.meta.dirname, 'killed-console.ts'), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: childEnvironment,
  });
}

/** The state of a process (proc(5), field 3): T is stopped. */
async function stateOf(pid: number | undefined): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.split(') ').at(-1)?.charAt(0) ?? '';
}
