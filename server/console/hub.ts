import type { ServerEvent } from '../contract/events.ts';
import type { NumberedEvent } from './engine.ts';

/** Operations send some tens of views each, an audit few: enough for a browser that was away for minutes. */
const rememberedEvents = 500;

/**
 * Everything that happens, handed to whoever listens. Remembers the newest snapshot of each cluster, the newest view of
 * each operation that runs, and the last 500 other events. Ids rise by one; those of a new process are above those of the
 * one before (they begin at the clock's milliseconds, and there are fewer than a thousand events a second), so that a
 * browser that comes back after a restart misses nothing.
 */
export class Hub {
  readonly #listeners = new Set<(entry: NumberedEvent) => void>();
  readonly #snapshots = new Map<string, NumberedEvent>();
  readonly #running = new Map<string, NumberedEvent>();
  readonly #past: NumberedEvent[] = [];
  #lastId: number;

  constructor(now: number) {
    this.#lastId = now;
  }

  publish(event: ServerEvent): void {
    const entry = { id: ++this.#lastId, event };
    this.#remember(entry);
    for (const listener of this.#listeners) listener(entry);
  }

  /** A cluster that is no longer configured is no longer told of. */
  forget(cluster: string): void {
    this.#snapshots.delete(cluster);
  }

  /**
   * Calls the listener first with what a newcomer must know, then with each event. That is the newest snapshot of every
   * cluster; with the id of the last event seen, everything after it; without, the operations that run.
   */
  subscribe(lastId: number | null, listener: (entry: NumberedEvent) => void): () => void {
    const missed = lastId === null ? [...this.#running.values()] : this.#past.filter((entry) => entry.id > lastId);
    [...this.#snapshots.values(), ...missed].toSorted((a, b) => a.id - b.id).forEach((entry) => listener(entry));
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #remember(entry: NumberedEvent): void {
    const { event } = entry;
    if (event.kind === 'snapshot') {
      this.#snapshots.set(event.value.name, entry);
      return;
    }
    if (event.kind === 'operation') {
      if (event.value.outcome === null) this.#running.set(event.value.id, entry);
      else this.#running.delete(event.value.id);
    }
    this.#past.push(entry);
    if (this.#past.length > rememberedEvents) this.#past.shift();
  }
}
