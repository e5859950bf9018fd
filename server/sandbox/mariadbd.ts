import { spawn, type ChildProcess } from 'node:child_process';
import { userArguments } from './template.ts';

const STOP_TIMEOUT_MS = 30_000;

/** One mariadbd process: started, signalled, ended. It never outlives the process that started it. */
export class Mariadbd {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(optionsFile: string) {
    // setpriv: the kernel kills mariadbd when we die, even by SIGKILL. Its own process group (detached): Ctrl-C in a
    // terminal is for us to handle, and mariadbd is ended in order.
    this.#child = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'mariadbd', `--defaults-file=${optionsFile}`, ...userArguments()],
      { stdio: 'ignore', detached: true },
    );
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
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
