import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import type { ConsoleClock } from './clock.ts';
import { afterMessage, firstState, type LiveMessage, type LiveState } from './live-state.ts';

export interface LiveStore {
  state(): LiveState;
  send(message: LiveMessage): void;
  /** Answers the function that ends it. */
  subscribe(listener: () => void): () => void;
  clock: ConsoleClock;
}

export function makeLiveStore(clusters: readonly ClusterSnapshot[], clock: ConsoleClock, nowMs: number): LiveStore {
  let state = firstState(clusters, nowMs);
  const listeners = new Set<() => void>();
  return {
    clock,
    state: () => state,
    send(message) {
      state = afterMessage(state, message);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
