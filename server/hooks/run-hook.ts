import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { HookOutput } from './hook-output.ts';
import { identityOf, signalGroup, type ProcessIdentity } from './process-identity.ts';

export type HookEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out'; readonly afterMs: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'not-started'; readonly reason: string };

export interface RunningHook {
  /** What tells this process from a later one with the same id; null where it was not started, or the system can't tell. */
  readonly identity: ProcessIdentity | null;
  /** Never rejects. */
  readonly ended: Promise<HookEnd>;
}

/** How long a hook has between SIGTERM and SIGKILL. */
const GRACE_MS = 1_000;
/** What is still in the pipes when it has ended is there at once; a daemon that keeps them open is not waited for. */
const REST_MS = 200;

/** All that a hook sees of the environment: none of it is the console's own. */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  NODE_ENV: 'production',
} as const;

/**
 * Starts a program with an argument list, `input` on its standard input, and a process group of its own, which ends with
 * it, at the time-out, and when `signal` aborts. `onOutput` gets both its outputs in pieces, bounded.
 */
export function runHook(
  command: readonly string[],
  input: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly onOutput: (text: string) => void },
): RunningHook {
  const [program = '', ...args] = command;
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(program, args, { cwd: '/', env: environment, detached: true, stdio: 'pipe' });
  } catch (error) {
    return { identity: null, ended: Promise.resolve({ kind: 'not-started', reason: words(error) }) };
  }
  // A program that reads nothing is no failure.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const output = new HookOutput(options.onOutput);
  child.stdout.on('data', (bytes: Buffer) => output.add(bytes));
  child.stderr.on('data', (bytes: Buffer) => output.add(bytes));
  const identity = child.pid === undefined ? null : identityOf(child.pid);
  return { identity, ended: endOf(child, output, options) };
}

async function endOf(
  child: ChildProcessWithoutNullStreams,
  output: HookOutput,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<HookEnd> {
  let early: HookEnd | null = null;
  let kill: NodeJS.Timeout | undefined;
  const end = (why: HookEnd): void => {
    if (early !== null || child.pid === undefined) return;
    early = why;
    signalGroup(child.pid, 'SIGTERM');
    kill = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
  };
  const cancel = (): void => end({ kind: 'cancelled' });
  const timer = setTimeout(() => end({ kind: 'timed-out', afterMs: timeoutMs }), timeoutMs);
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  const closed = new Promise((resolve) => child.once('close', resolve));
  const ended = await new Promise<HookEnd>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not-started', reason: words(error) }));
    child.once('exit', (exitCode, by) =>
      resolve(exitCode === null ? { kind: 'signalled', signal: by ?? 'a signal' } : { kind: 'exited', exitCode }),
    );
  });
  clearTimeout(timer);
  clearTimeout(kill);
  signal.removeEventListener('abort', cancel);
  // What it left running in its group would act later, and beside the next hook.
  signalGroup(child.pid, 'SIGKILL');
  if (ended.kind !== 'not-started') await Promise.race([closed, delay(REST_MS)]);
  child.stdout.destroy();
  child.stderr.destroy();
  output.end();
  return early ?? ended;
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
