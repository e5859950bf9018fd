import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** One that lived this long has not died of its start: the back-off begins anew. */
const steadyMs = 60_000;
const endMs = 3_000;

/**
 * What the pages' process may read: itself, and the places where Next looks whether something is (none of them holds a
 * secret of Baton's). No write, no child process, no native code: who finds a hole in it finds no password.
 */
const readable = [
  '.next',
  'node_modules',
  'package.json',
  'public',
  'static',
  '.env',
  '.env.local',
  '.env.production',
  '.env.production.local',
];

/** The pages' process, kept alive. */
export interface NextChild {
  /** Where it answers, or null while it starts. */
  socketPath(): string | null;
  /** Resolves when it first answers; rejects when its first start failed. */
  ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts Next.js as a child and starts it again, ever slower, when it dies; status and takeovers do not depend on it.
 * `directory` is where .next/ stands; `stateDirectory` must be private (0700).
 */
export function startNextChild(options: {
  directory: string;
  stateDirectory: string;
  engineSocket: string;
  /** What renders them; next-server.ts, but in tests. */
  program?: string;
  logger: Logger;
}): NextChild {
  const { directory, stateDirectory, engineSocket, logger } = options;
  const program = options.program ?? join(import.meta.dirname, 'next-server.ts');
  const socketPath = join(stateDirectory, 'pages.sock');
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => undefined);
  let child: ChildProcess | null = null;
  let up = false;
  let closing = false;
  let delayMs = firstDelayMs;
  let again: NodeJS.Timeout | null = null;

  const start = async (): Promise<void> => {
    await rm(socketPath, { force: true });
    if (closing) return;
    const startedAt = Date.now();
    child = fork(program, [], {
      cwd: directory,
      execArgv: [
        '--permission',
        ...[program, ...readable.map((path) => join(directory, path))].map((path) => `--allow-fs-read=${path}`),
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
        PATH: process.env['PATH'],
        TZ: process.env['TZ'],
        BATON_PAGE_SOCKET: socketPath,
        BATON_PAGE_DIRECTORY: directory,
        BATON_ENGINE_SOCKET: engineSocket,
      },
    });
    logLines(child.stdout, (line) => logger.info({ process: 'pages' }, line));
    logLines(child.stderr, (line) => logger.warn({ process: 'pages' }, line));
    child.once('message', () => {
      up = true;
      logger.info({ process: 'pages', ms: Date.now() - startedAt }, 'pages are ready');
      first.resolve();
    });
    child.once('error', (error) => logger.error({ process: 'pages', err: error }, 'pages could not be started'));
    child.once('exit', (code, signal) => {
      up = false;
      child = null;
      if (closing) return;
      if (Date.now() - startedAt > steadyMs) delayMs = firstDelayMs;
      logger.error({ process: 'pages', code, signal, againInMs: delayMs }, 'pages ended; they are started again');
      first.reject(new Error(`pages ended with ${signal ?? code} while they started`));
      again = setTimeout(() => void start(), delayMs);
      delayMs = Math.min(delayMs * 2, longestDelayMs);
    });
  };
  void start();

  return {
    socketPath: () => (up ? socketPath : null),
    ready: first.promise,
    async close() {
      closing = true;
      if (again !== null) clearTimeout(again);
      const running = child;
      if (running === null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      const hard = setTimeout(() => running.kill('SIGKILL'), endMs);
      running.kill('SIGTERM');
      await ended;
      clearTimeout(hard);
    },
  };
}

function logLines(stream: Readable | null, write: (line: string) => void): void {
  if (stream === null) return;
  createInterface({ input: stream }).on('line', (line) => {
    if (line.trim() !== '') write(line);
  });
}
