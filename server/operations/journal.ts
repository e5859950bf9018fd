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

type Row = Omit<JournalRow, 'sequence'>;

/**
 * The journal of one operation. `write` is durable when it resolves, and with it everything that was given before it;
 * `soon` goes along with the next write of the store, or a moment later; `keep` is carried by the next row, whenever it comes.
 * Under the operation's lease: a console that lost it writes nothing.
 */
export class Journal {
  readonly #store: JournalStore;
  readonly #operationId: string;
  readonly #lease: () => Lease;
  readonly #now: () => number;
  #kept: Entry[] = [];
  /** What could not be written, for the next write. */
  #owed: Row[] = [];

  constructor(store: JournalStore, operationId: string, lease: () => Lease, now: () => number) {
    this.#store = store;
    this.#operationId = operationId;
    this.#lease = lease;
    this.#now = now;
  }

  /**
   * Adds the row, and what waited for it, in one durable write. Rejects with BatonError: unavailable, already-running; the row
   * is dropped then, since its act does not follow, and the rest is not.
   */
  async write(step: string, kind: EntryKind, data: Json): Promise<void> {
    const { owed, carried } = this.#take();
    try {
      await this.#store.append([...owed, this.#row(step, kind, data, carried)], this.#lease());
    } catch (error) {
      this.#owed = [...owed, ...this.#owed];
      this.#kept = [...carried, ...this.#kept];
      throw error;
    }
  }

  /** Adds the row with the next write, or by itself a moment later: for what may be lost with the process. */
  soon(step: string, kind: EntryKind, data: Json): void {
    const { owed, carried } = this.#take();
    const rows = [...owed, this.#row(step, kind, data, carried)];
    // Told before whatever is written next: a row that follows another is never on disk without it.
    const failed = (): void => void (this.#owed = [...rows, ...this.#owed]);
    this.#store.appendSoon(rows, this.#lease(), failed).catch(() => undefined);
  }

  /** Keeps the row for the next one. */
  keep(step: string, kind: EntryKind, data: Json): void {
    this.#kept.push({ at: this.#now(), step, kind, data });
  }

  /** Resolves when everything given to it so far is on disk, or was refused. */
  async settled(): Promise<void> {
    const { owed, carried } = this.#take();
    this.#kept = [...carried];
    // Also without rows: with it goes what waits.
    await this.#store.append(owed, this.#lease()).catch(() => undefined);
  }

  #take(): { readonly owed: readonly Row[]; readonly carried: readonly Entry[] } {
    const taken = { owed: this.#owed, carried: this.#kept };
    this.#owed = [];
    this.#kept = [];
    return taken;
  }

  #row(step: string, kind: EntryKind, data: Json, carried: readonly Entry[]): Row {
    return rowOf(this.#operationId, this.#now(), step, kind, data, carried);
  }
}

/** A row as the journal keeps it, with the entries that it carries. */
export function rowOf(
  operationId: string,
  at: number,
  step: string,
  kind: EntryKind,
  data: Json,
  carried: readonly Entry[],
): Row {
  return { operationId, at, step, kind, data: JSON.stringify(pack(data, carried)) };
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
