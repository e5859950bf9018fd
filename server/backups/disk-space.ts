import { statfs } from 'node:fs/promises';

/** The next backup is taken to be at most this much larger than the last. */
const growth = 1.2;

/** Room on the directory's file system: what may still be written, of how much; null when it can't be told. */
export async function diskSpaceOf(directory: string): Promise<{ freeBytes: number; totalBytes: number } | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return null;
  }
}

/** Bytes that the agent may still write on the directory's file system; null when it can't be told. */
export async function freeBytes(directory: string): Promise<number | null> {
  return (await diskSpaceOf(directory))?.freeBytes ?? null;
}

/** Why there is no room for another backup, or null. `lastBytes` is the size of the last one, null when there is none. */
export function lackOfSpace(free: number | null, lastBytes: number | null): string | null {
  if (free === null || lastBytes === null) return null;
  const needed = Math.ceil(lastBytes * growth);
  if (free >= needed) return null;
  return `${free} bytes are free in the backup directory, and the next one may need ${needed} (the last one had ${lastBytes})`;
}
