import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

/** What the kernel says of who has a data directory. */
export type Holder =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'process';
      readonly pid: number;
      /** --wsrep-start-position of its command line. */
      readonly position: string | null;
      /** It was stopped by a signal: it answers nothing until it goes on. */
      readonly frozen: boolean;
      /** It has opened InnoDB or Aria: while a node waits for a Primary component it has not (measured). */
      readonly open: boolean;
    }
  /** Something holds files of it, and which process that is can't be seen. */
  | { readonly kind: 'unseen'; readonly reason: string };

/** The files that a server locks while it has its data open. */
const LOCKED = ['ibdata1', 'aria_log_control'];
const PROGRAMS = ['mariadbd', 'mysqld'];

/**
 * Looks for the mariadbd of a data directory: by its working directory, which is that in every state of a node, and by the
 * kernel's locks. All processes are gone through only where it is not `lastPid` still. Rejects where /proc can't be read.
 */
export async function findHolder(dataDirectory: string, lastPid: number | null = null): Promise<Holder> {
  // The kernel names a working directory without links in it; a directory that is not there nobody works in.
  const directory = await realpath(dataDirectory).catch(() => resolve(dataDirectory));
  const [open, processes] = await Promise.all([lockedFiles(directory), processesIn(directory, lastPid)]);
  const own = processes.find(({ directory: where }) => where === directory);
  if (own)
    return {
      kind: 'process',
      pid: own.pid,
      position: await positionOf(own.pid),
      frozen: own.frozen,
      open: open.length > 0,
    };
  if (open.length > 0) return { kind: 'unseen', reason: `something holds ${open.join(' and ')}` };
  const hidden = processes.find(({ directory: where }) => where === null);
  if (hidden)
    return { kind: 'unseen', reason: `process ${hidden.pid} is a mariadbd of another account: its data can't be seen` };
  return { kind: 'none' };
}

async function positionOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const given = line.split('\0').find((argument) => /^--wsrep[-_]start[-_]position=/.test(argument));
  return given?.slice(given.indexOf('=') + 1) ?? null;
}

interface ServerProcess {
  readonly pid: number;
  readonly directory: string | null;
  readonly frozen: boolean;
}

async function processesIn(directory: string, lastPid: number | null): Promise<ServerProcess[]> {
  const last = lastPid === null ? null : await serverProcess(lastPid);
  return last?.directory === directory ? [last] : await serverProcesses();
}

async function serverProcesses(): Promise<ServerProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => await serverProcess(Number(pid))));
  return found.flatMap((one) => one ?? []);
}

async function serverProcess(pid: number): Promise<ServerProcess | null> {
  // Its name in /proc/PID/stat is readable by everybody; its working directory by its own account and root alone.
  const match = /^\d+ \((.*)\) (\S)/s.exec(statOf(pid));
  const [, name = '', state = ''] = match ?? [];
  // A process that has ended and was not waited for holds nothing.
  if (!match || state === 'Z' || state === 'X' || !PROGRAMS.includes(name)) return null;
  const directory = await readlink(`/proc/${pid}/cwd`).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' || error.code === 'ESRCH' ? undefined : null,
  );
  if (directory === undefined) return null;
  return { pid, directory, frozen: state === 'T' || state === 't' };
}

/** "" where there is no such process. At once: through the thread pool all of a host take five times as long (measured). */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

/** Those of the files of an open database that somebody has locked. */
async function lockedFiles(directory: string): Promise<string[]> {
  const locks = await readFile('/proc/locks', 'utf8');
  const found = await Promise.all(
    LOCKED.map(async (name) => {
      const file = await stat(join(directory, name), { bigint: true }).catch(() => null);
      if (!file) return [];
      // "1: POSIX  ADVISORY  WRITE 7210 fe:01:1313131 0 EOF"; the device's numbers differ on some file systems.
      return new RegExp(String.raw`WRITE -?\d+ \S+:${file.ino} `).test(locks) ? [basename(name)] : [];
    }),
  );
  return found.flat();
}
