import { setTimeout as delay } from 'node:timers/promises';
import { syncToDisk } from './prepare-copy.ts';

/** A small copy is there before. */
const PAUSE_MS = 2_000;

/**
 * Has what is written into the directory go to the disk from now on: the kernel would leave all of it to the sync at the end,
 * which then takes as long as everything before it. The caller syncs once more; a failure of the disk shows there.
 */
export function keepSyncing(directory: string, signal: AbortSignal): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const either = AbortSignal.any([signal, stopping.signal]);
  const sync = async (): Promise<void> => {
    while (!either.aborted) {
      await delay(PAUSE_MS, undefined, { signal: either });
      await syncToDisk(directory, signal);
    }
  };
  const ended = sync().catch(() => undefined);
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
