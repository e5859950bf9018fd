import { messageOf } from '../contract/errors.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { SampleStore } from '../store/store.ts';
import { samplesOf } from './sampler.ts';

const maintainEveryMs = 60_000;

/** Writes the samples of each tick, one transaction at a time; a store that fails or dawdles costs samples, never the watch. */
export interface Recorder {
  record(snapshot: ClusterSnapshot, since: number): void;
  /** Rolls up and forgets, once a minute. */
  maintain(now: number): void;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
}

/** `onStore` is told of each failure and, with null, of the next success. */
export function createRecorder(store: SampleStore, onStore: (fault: string | null) => void): Recorder {
  let writing: Promise<void> | null = null;
  let maintaining: Promise<void> | null = null;
  let maintainedAt: number | null = null;

  async function guard(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      onStore(null);
    } catch (error) {
      onStore(messageOf(error));
    }
  }

  return {
    record(snapshot, since) {
      if (writing) return;
      const samples = samplesOf(snapshot, since);
      if (samples.length === 0) return;
      writing = guard(async () => await store.append(samples)).finally(() => (writing = null));
    },
    maintain(now) {
      maintainedAt ??= now;
      if (maintaining || now - maintainedAt < maintainEveryMs) return;
      maintainedAt = now;
      maintaining = guard(async () => await store.maintain(now)).finally(() => (maintaining = null));
    },
    async settled() {
      await Promise.all([writing, maintaining]);
    },
  };
}
