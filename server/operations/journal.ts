import type { JournalRow, JournalStore, Lease } from '../store/store.ts';
import type { Json } from './step.ts';

export type EntryKind = JournalRow['kind'];

/** A row of the journal with its data read. */
export interface Entry {
  readonly at: number;
  readonly step: string;
  readonly kind: EntryKind;
  readonly data: Json;
}

/**
 * The journal of one operation. `write` is durable when it resolves, and carries everything that was kept before it;
 * `keep` waits for the next write. Under the operation's lease: a console that lost it writes nothing.
 */
export class Journal {
  readonly #store: JournalStore;
  readonly #operationId: string;
  readonly #lease: () => Lease;
  readonly #now: () => number;
  #kept: Entry[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: JournalStore, operationId: string, lease: () => Lease, now: () => number) {
    this.#store = store;
    this.#operationId = operationId;
    this.#lease = lease;
    this.#now = now;
  }

  /** Adds the row, and what was kept, in one durable write. Rejects with BatonError: unavailable, already-running. */
  async write(step: string, kind: EntryKind, data: Json): Promise<void> {
    const carried = this.#kept;
    this.#kept = [];
    const row = {
      operationId: this.#operationId,
      at: this.#now(),
      step,
      kind,
      data: JSON.stringify(pack(data, carried)),
    };
    // In order: a row that follows another is never on disk without it.
    const written = this.#last.then(() => this.#store.append(row, this.#lease()));
    this.#last = written.catch(() => {
      this.#kept = [...carried, ...this.#kept];
    });
    await written;
  }

  /** Keeps the row for the next write. */
  keep(step: string, kind: EntryKind, data: Json): void {
    this.#kept.push({ at: this.#now(), step, kind, data });
  }

  /** Resolves when everything given to it so far is on disk, or was refused. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

function pack(data: Json, carried: readonly Entry[]): Json {
  return { data, carried: carried.map(({ at, step, kind, data: own }) => ({ at, step, kind, data: own })) };
}

/** The entries that the rows hold, in the order in which they were made. */
export function entriesOf(rows: readonly JournalRow[]): Entry[] {
  return rows
    .toSorted((a, b) => a.sequence - b.sequence)
    .flatMap((row) => {
      const packed: { data: Json; carried: Entry[] } = JSON.parse(row.data);
      return [...packed.carried, { at: row.at, step: row.step, kind: row.kind, data: packed.data }];
    });
}

/** The newest recorded value of that name; null where there is none. */
export function recorded(entries: readonly Entry[], name: string): Json {
  for (const entry of entries.toReversed()) {
    const data = entry.data;
    if (entry.kind === 'record' && isObject(data) && data['name'] === name) return data['value'] ?? null;
  }
  return null;
}

export function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
