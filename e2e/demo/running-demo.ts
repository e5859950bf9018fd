import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { reservePort } from '../../server/sandbox/ports.ts';

/** One server as demo.json tells it. */
export interface DemoServer {
  readonly name: string;
  readonly role: string;
  readonly host: string;
  readonly port: number;
  readonly socket: string;
  readonly rootUser: string;
  readonly rootPassword: string;
  readonly appUser: string;
  readonly appPassword: string;
  readonly dataDir: string;
  readonly pid: number;
  readonly agentUrl: string;
  readonly errorLog: string;
}

export interface DemoFile {
  readonly console: {
    readonly url: string;
    readonly username: string;
    readonly password: string;
    readonly token: string;
    readonly pid: number;
  };
  readonly config: string;
  readonly clusters: Readonly<Record<string, { readonly kind: string; readonly servers: readonly DemoServer[] }>>;
}

/** A demo that this process started: the real one, by the command of the README. */
export interface RunningDemo {
  readonly dir: string;
  readonly file: DemoFile;
  /** Everything it printed so far. */
  output(): string;
  /** Sends what Ctrl-C sends and waits until it has ended; removes the folder. Answers the exit code. */
  stop(): Promise<number | null>;
}

const READY_WITHIN_MS = 240_000;

/** Starts `npm run demo` in a folder of its own and resolves when demo.json is written. Rejects with what it printed. */
export async function startDemo(options: {
  readonly writeLoad: number;
  readonly tls?: boolean;
  /** With a Galera cluster beside the servers, of which there is one. */
  readonly galera?: boolean;
}): Promise<RunningDemo> {
  const dir = mkdtempSync(join(tmpdir(), 'baton-e2e-'));
  const path = join(dir, 'demo.json');
  // Its own, held for as long as this process lives: two demos that start at once would choose the same one.
  const { port } = await reservePort();
  const flags = ['--dir', dir, '--port', String(port), '--write-load', String(options.writeLoad)];
  if (options.tls) flags.push('--tls');
  if (options.galera) flags.push('--galera', '--replicas', '0');
  const child = spawn(process.execPath, ['server/setup/demo.mjs', ...flags], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += String(chunk)));
  child.stderr.on('data', (chunk) => (printed += String(chunk)));
  const startedAt = performance.now();
  while (!existsSync(path)) {
    if (child.exitCode !== null || performance.now() - startedAt > READY_WITHIN_MS) {
      await end(child);
      throw new Error(`the demo did not become ready:\n${printed}`);
    }
    await delay(100);
  }
  const file: DemoFile = JSON.parse(readFileSync(path, 'utf8'));
  return {
    dir,
    file,
    output: () => printed,
    async stop() {
      const code = await end(child);
      rmSync(dir, { recursive: true, force: true });
      return code;
    },
  };
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    await exited;
  }
  return child.exitCode;
}
