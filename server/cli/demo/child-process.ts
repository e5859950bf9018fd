import { spawn, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';

/** A child that does not end on SIGTERM by then is killed. */
const stopTimeoutMs = 10_000;

/** A program of the demo: its output goes to a log file, and it ends with the demo, whatever ends the demo. */
export interface Child {
  readonly pid: number;
  readonly running: () => boolean;
  /** Resolves when the process has ended: "exit code 1", "SIGKILL". */
  readonly ended: Promise<string>;
  /** SIGTERM, and SIGKILL after 10 s; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Starts it. setpriv: the kernel sends SIGTERM when we die. A group of its own: Ctrl-C in the terminal is ours to handle. */
export async function startChild(argv: readonly string[], log: string, env: NodeJS.ProcessEnv): Promise<Child> {
  const output = await open(log, 'w', 0o600);
  try {
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...argv], {
      detached: true,
      env,
      stdio: ['ignore', output.fd, output.fd],
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 0}`));
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(await ended);
    return { pid, running: () => isRunning(child), ended, stop: async () => await stop(child, ended) };
  } finally {
    await output.close();
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (!isRunning(child)) return;
  // A frozen one can't hear SIGTERM.
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
