import { spawn, type ChildProcess } from 'node:child_process';
import { userArguments } from './template.ts';

const STOP_TIMEOUT_MS = 30_000;

/** How a server is started that can't be started as all others are. */
export interface Launch {
  /** The system account it runs as, from its first instruction on; null: ours. */
  readonly account: { readonly uid: number; readonly gid: number } | null;
  readonly path: string;
}

/** One mariadbd process: started, signalled, ended. It never outlives the process that started it. */
export class Mariadbd {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(optionsFile: string, launch?: Launch) {
    const own = launch?.account ? [] : userArguments();
    // setpriv: the kernel kills mariadbd when we die, even by SIGKILL. Its own process group (detached): Ctrl-C in a
    // terminal is for us to handle, and mariadbd is ended in order.
    this.#child = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', ...accountArguments(launch), 'mariadbd', `--defaults-file=${optionsFile}`, ...own],
      { stdio: 'ignore', detached: true, ...(launch ? { env: { ...process.env, PATH: launch.path } } : {}) },
    );
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
  }

  /** Resolves when the process is gone, however it went. */
  get ended(): Promise<void> {
    return this.#exited;
  }

  /** The process id, while it runs. */
  get pid(): number | undefined {
    return this.alive() ? this.#child.pid : undefined;
  }

  /** Whether the process exists; a frozen one does. */
  alive(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** By the handle of our own child: never somebody else's process that got the same id. */
  signal(signal: NodeJS.Signals): void {
    if (this.alive()) this.#child.kill(signal);
  }

  /** Ends it in order (SIGTERM, thawed first), after 30 s by force; resolves when it is gone. */
  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** kill -9; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }
}

function accountArguments(launch: Launch | undefined): string[] {
  if (!launch?.account) return [];
  const { uid, gid } = launch.account;
  return ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
}
