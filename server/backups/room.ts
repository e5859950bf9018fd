import { diskSpaceOf } from './disk-space.ts';

/** Of a disk with databases on it the last bytes belong to them: less than this part, or than this much, is not filled up. */
const reservePart = 0.01;
const maxReserveBytes = 1_073_741_824;
const lookMs = 1000;

/** Bytes that a backup leaves free on a disk of that size. */
export function reserveOf(totalBytes: number): number {
  return Math.min(maxReserveBytes, Math.floor(totalBytes * reservePart));
}

/**
 * Looks at the room on the directory's disk again and again: a signal that aborts once less is free than `reserve` says for a
 * disk of that size.
 */
export function watchRoom(
  directory: string,
  {
    reserve = reserveOf,
    look = diskSpaceOf,
  }: { readonly reserve?: (totalBytes: number) => number; readonly look?: typeof diskSpaceOf } = {},
): { readonly signal: AbortSignal; stop(): void } {
  const short = new AbortController();
  const check = async (): Promise<void> => {
    const space = await look(directory);
    if (space === null || space.freeBytes >= reserve(space.totalBytes)) return;
    const left = `only ${space.freeBytes} bytes were left free on the disk of ${directory}`;
    short.abort(new Error(`${left}, and ${reserve(space.totalBytes)} are kept free`));
  };
  const timer = setInterval(() => void check(), lookMs);
  return { signal: short.signal, stop: () => clearInterval(timer) };
}
