import { spawn } from 'node:child_process';

/** How long a program has between SIGTERM and SIGKILL. */
const defaultGraceMs = 10_000;

/** How a run ended: exitCode is null when a signal ended it or it could not be started. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  /** What a reader of its log must know beside its own words; null when it ended by itself. */
  readonly note: string | null;
}

/** A program in progress. */
export interface RunningProgram {
  /** Never rejects. */
  readonly ended: Promise<ProgramEnd>;
  /** Ends the program and all it started: SIGTERM, and SIGKILL after the grace. Resolves when it has ended. */
  end(reason: string, graceMs?: number): Promise<void>;
  /** The agent ends: what is its own child ends with it, what the host supervises goes on. `ended` resolves all the same. */
  leave(reason: string, graceMs: number): Promise<void>;
}

/** Where a run writes what it prints: the open file, and its path. */
export interface RunLog {
  readonly fd: number;
  readonly path: string;
}

/** A run that is a child of the agent, by its argument list; null without one. */
export function childRun(
  argv: readonly string[] | undefined,
): ((log: RunLog, timeoutMs: number) => RunningProgram) | null {
  return argv === undefined ? null : (log, timeoutMs) => runProgram(argv, log.fd, timeoutMs);
}

/**
 * Starts a program with both its outputs in the open log file, as the leader of a process group of its own, so that what
 * it starts ends with it.
 */
export function runProgram(argv: readonly string[], logFile: number, timeoutMs: number): RunningProgram {
  const [command = '', ...args] = argv;
  const child = spawn(command, args, { stdio: ['ignore', logFile, logFile], detached: true });
  let note: string | null = null;
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.on('error', (error) => resolve({ exitCode: null, note: `could not be started: ${error.message}` }));
    child.on('exit', (exitCode, signal) => {
      // What it left running in its group would run on when the service is disabled.
      signalGroup('SIGKILL');
      resolve({ exitCode, note: note ?? (signal === null ? null : `ended by ${signal}`) });
    });
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is gone: that is what was wanted.
    }
  };
  const end = async (reason: string, graceMs = defaultGraceMs): Promise<void> => {
    note ??= `ended: ${reason}`;
    signalGroup('SIGTERM');
    const kill = setTimeout(() => signalGroup('SIGKILL'), graceMs);
    await ended;
    clearTimeout(kill);
  };
  const timeout = setTimeout(() => void end(`no end within ${timeoutMs / 1000} s`), timeoutMs);
  void ended.then(() => clearTimeout(timeout));
  return { ended, end, leave: end };
}
