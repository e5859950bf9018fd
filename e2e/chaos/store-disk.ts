import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Room for the store and its logs; small, so that it is soon full. */
const SIZE = '16m';

/** The file system on which the consoles of a round have their store, which can be filled up. */
export interface StoreDisk {
  readonly dir: string;
  /** From here on nothing more can be written, for the consoles with these ids; answers what ends that. */
  fill(consoles: () => readonly number[]): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Makes the folder. With `real`, a file system of its own is mounted there, where this account may mount one. */
export async function makeStoreDisk(dir: string, real: boolean): Promise<StoreDisk> {
  await mkdir(dir, { mode: 0o700 });
  if (!real || process.getuid?.() !== 0) return { dir, fill: forbidGrowth, close: () => Promise.resolve() };
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0700`, 'baton-chaos', dir]);
  } catch {
    // Root without the right to mount, as in most containers.
    return { dir, fill: forbidGrowth, close: () => Promise.resolve() };
  }
  return {
    dir,
    fill: async () => await fillUp(join(dir, 'in-the-way')),
    close: async () => void (await run('umount', ['--lazy', dir])),
  };
}

/** Bytes until there is no room for one more. */
async function fillUp(path: string): Promise<() => Promise<void>> {
  const file = await open(path, 'w');
  for (const size of [65_536, 512, 1]) {
    const bytes = Buffer.alloc(size);
    let full = false;
    while (!full) {
      full = await file.write(bytes).then(
        () => false,
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOSPC') throw error;
          return true;
        },
      );
    }
  }
  await file.close();
  return async () => await rm(path, { force: true });
}

/** Where no file system can be mounted: the kernel refuses every write of these processes to a file, as for a quota. */
async function forbidGrowth(consoles: () => readonly number[]): Promise<() => Promise<void>> {
  const limited = consoles();
  const limit = async (soft: string): Promise<void> => {
    // One that was killed meanwhile has no limit to lift.
    for (const pid of limited) await run('prlimit', ['--pid', String(pid), `--fsize=${soft}:`]).catch(() => undefined);
  };
  await limit('0');
  return async () => await limit('unlimited');
}
