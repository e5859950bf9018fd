import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { childEnvironment } from '../../server/takeover/testing/child-environment.ts';
import type { FromConsole, ToConsole } from './console-messages.ts';

/** One console of a round, as a process that can be killed and frozen. */
export class ConsoleProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
  }

  /** Starts it and resolves when it watches its cluster. Everything it tells goes to `hear`. */
  static async start(planFile: string, hear: (message: FromConsole) => void): Promise<ConsoleProcess> {
    const child = fork(join(import.meta.dirname, 'console.ts'), [planFile], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: childEnvironment,
    });
    const console = new ConsoleProcess(child);
    const ready = Promise.withResolvers<void>();
    child.on('message', (message: FromConsole) => {
      if (message.kind === 'ready') ready.resolve();
      else hear(message);
    });
    await Promise.race([
      ready.promise,
      console.#exited.then(() => {
        throw new Error('the console ended while it started');
      }),
    ]);
    return console;
  }

  /** Its process id; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  tell(message: ToConsole): void {
    if (this.#child.connected) this.#child.send(message);
  }

  async kill(): Promise<void> {
    if (!this.alive) return;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }
}
