import { spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';

/** How much of what a tool says on standard error is kept: the last of it is its reason, and goes into manifests. */
const keptChars = 8000;
/** A reason is read by people: of a tool that tells each of its acts, a few lines are it. */
const reasonLines = 4;
const reasonChars = 2000;
/** What setpriv, of util-linux, says where there is no such program. */
const notStarted = /^setpriv: failed to execute [^\n]*: ([^\n]*)/;

/** A running command-line tool in a pipe. */
export interface Tool {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Null when it ended well, else what failed, with the tool's own last words. Never rejects. */
  readonly ended: Promise<string | null>;
  /** The end of what it said on standard error so far. */
  log(): string;
  /** Ends it at once; nothing of a dump is worth waiting for once it has failed. */
  kill(): void;
}

/** For a tool whose files are to be another user's. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

export interface ToolOptions {
  readonly runAs?: RunAs | null | undefined;
  /** Behind all else that the machine has to do. */
  readonly yielding?: boolean | undefined;
  /** It said something on standard error, and what. */
  readonly onLog?: (text: string) => void;
  /** The input of another tool, which it writes to without a byte coming through this process. */
  readonly into?: Writable | null;
}

/** Starts a tool with an argument list. A tool that is not installed shows in `ended`. */
export function startTool(
  command: string,
  args: readonly string[],
  { runAs = null, yielding = false, onLog, into = null }: ToolOptions = {},
): Tool {
  const [program, own] = bound([command, ...args], yielding);
  const child =
    into === null
      ? spawn(program, own, { stdio: ['pipe', 'pipe', 'pipe'], ...runAs })
      : spawn(program, own, { stdio: ['pipe', into, 'pipe'], ...runAs });
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    said = (said + text).slice(-keptChars);
    onLog?.(text);
  });
  const ended = new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(`${command} could not be started: ${error.message}`));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(null);
      const absent = notStarted.exec(said)?.[1];
      if (absent !== undefined) return resolve(`${command} could not be started: ${absent}`);
      const how = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
      const reason = lastWords(said);
      resolve(`${command} ${how}${reason === '' ? '' : `: ${reason}`}`);
    });
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout ?? Readable.from([]),
    ended,
    log: () => said,
    kill: () => child.kill('SIGKILL'),
  };
}

/** nice adds it to where it is begun, and stops at 19. */
const lowest = '39';

/**
 * The program and its arguments so that it ends with us, however we end: the next run works on the same files. `yielding`: at
 * the lowest priority, of which Linux makes that of the disk too (ioprio_set(2)).
 */
export function bound(argv: readonly string[], yielding: boolean): [program: string, args: string[]] {
  const tied = ['setpriv', '--pdeathsig', 'KILL', ...argv];
  return yielding ? ['nice', ['-n', lowest, ...tied]] : ['setpriv', tied.slice(1)];
}

/** The last lines, and of more than a few those that name an error. */
export function lastWords(said: string): string {
  const lines = said.trim().split('\n');
  const telling = lines.filter((line) => /error|fail|denied|can't|cannot|no space|not enough|corrupt/i.test(line));
  const chosen = lines.length > reasonLines && telling.length > 0 ? telling : lines;
  return chosen.slice(-reasonLines).join('\n').slice(-reasonChars).trim();
}
