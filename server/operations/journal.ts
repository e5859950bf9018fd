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

/** For a row that waits for no act: with the next write, or after this, so that a reader finds it. */
const SOON_MS = 20;

/**
 * The journal of one operation. `write` is durable when it resolves, and with it everything that was given before it;
 * `soon` waits for the next write, but not for long; `keep` is carried by the next write, whenever it comes. Under the
 * operation's lease: a console that lost it writes nothing.
 */
export class Journal {
  readonly #store: JournalStore;
  readonly #operationId: string;
  readonly #lease: () => Lease;
  readonly #now: () => number;
  #kept: Entry[] = [];
  #waiting: Row[] = [];
  #timer: NodeJS.Timeout | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: JournalStore, operationId: string, lease: () => Lease, now: () => number) {
    this.#store = store;
    this.#operationId = operationId;
    this.#lease = lease;
    this.#now = now;
  }

  /** Adds the row, and what waited for it, in one durable write. Rejects with BatonError: unavailable, already-running. */
  async write(step: string, kind: EntryKind, data: Json): Promise<void> {
    const carried = this.#kept;
    this.#kept = [];
    await this.#append([this.#row(step, kind, data, carried)], carried);
  }

  /** Adds the row with the next write, or by itself a moment later: for what may be lost with the process. */
  soon(step: string, kind: EntryKind, data: Json): void {
    this.#waiting.push(this.#row(step, kind, data, this.#kept));
    this.#kept = [];
    // Where that fails, the next write tries again, and meets the reason.
    this.#timer ??= setTimeout(() => void this.#append([], []).catch(() => undefined), SOON_MS);
  }

  /** Keeps the row for the next write. */
  keep(step: string, kind: EntryKind, data: Json): void {
    this.#kept.push({ at: this.#now(), step, kind, data });
  }

  /** Resolves when everything given to it so far is on disk, or was refused. */
  async settled(): Promise<void> {
    if (this.#waiting.length > 0) await this.#append([], []).catch(() => undefined);
    await this.#last;
  }

  /** What waited, then the rows. Where it fails the rows are dropped, since their act does not follow; the rest is not. */
  async #append(rows: readonly Row[], carried: readonly Entry[]): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    // In order: a row that follows another is never on disk without it.
    const written = this.#last.then(() => this.#store.append([...waiting, ...rows], this.#lease()));
    this.#last = written.catch(() => {
      this.#waiting = [...waiting, ...this.#waiting];
      this.#kept = [...carried, ...this.#kept];
    });
    await written;
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
