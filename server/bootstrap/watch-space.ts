import { freeBytes } from '../backups/disk-space.ts';

const EVERY_MS = 500;
/** Less is no room for a file of a server: mariadbd waits without end for more where a write finds none. */
const FULL_BYTES = 1_048_576;

/**
 * A signal that also aborts when the directory's file system is full: a server that loads a dump waits there until somebody
 * makes room, and says so in its error log alone.
 */
export function watchSpace(directory: string, signal: AbortSignal): { readonly signal: AbortSignal; stop(): void } {
  const full = new AbortController();
  const look = async (): Promise<void> => {
    const free = await freeBytes(directory);
    if (free !== null && free < FULL_BYTES) full.abort(new Error(`the disk of ${directory} is full`));
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  return { signal: AbortSignal.any([signal, full.signal]), stop: () => clearInterval(timer) };
}
