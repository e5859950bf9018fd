import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from '../../server/takeover/testing/child-environment.ts';
import { reservePort, type ReservedPort } from '../../server/sandbox/ports.ts';
import type { SandboxServer } from '../../server/sandbox/server-process.ts';

/** A real agent beside one server, which can be killed, started again and frozen. */
export class AgentProcess {
  readonly token: string;
  readonly #port: ReservedPort;
  readonly #file: string;
  #child: ChildProcess | null = null;

  private constructor(port: ReservedPort, token: string, file: string) {
    this.#port = port;
    this.token = token;
    this.#file = file;
  }

  /** Starts it and resolves when it listens. */
  static async start(server: SandboxServer): Promise<AgentProcess> {
    const port = await reservePort();
    const token = randomBytes(18).toString('hex');
    const file = join(server.folder, 'agent.json');
    const tokenFile = join(server.folder, 'agent-token');
    await writeFile(tokenFile, token, { mode: 0o600 });
    const { name, socket, optionsFile: defaultsFile, persistFile, folder: stateDirectory } = server;
    const configuration = {
      listen: `127.0.0.1:${port.port}`,
      name,
      server: { socket, defaultsFile, persistFile },
      tokenFile,
      stateDirectory,
    };
    await writeFile(file, JSON.stringify(configuration), { mode: 0o600 });
    const agent = new AgentProcess(port, token, file);
    await agent.restart();
    return agent;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.#port.port };
  }

  async restart(): Promise<void> {
    const child = fork(join(import.meta.dirname, 'agent.ts'), [this.#file], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: childEnvironment,
    });
    this.#child = child;
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('the agent ended while it started');
      }),
    ]);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.kill();
    this.#port.release();
  }
}
