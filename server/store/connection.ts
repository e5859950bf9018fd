import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../contract/errors.ts';
import { inOrder, pieceOf, type Piece } from './piece.ts';
import { isBusy, storeError } from './sqlite-errors.ts';

export type Row = Record<string, SQLOutputValue>;

/** What a piece of work may do inside its transaction. Synchronous: a transaction never waits for anything. */
export interface Work {
  all(sql: string, ...values: SQLInputValue[]): Row[];
  get(sql: string, ...values: SQLInputValue[]): Row | null;
  /** Answers the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
}

/** How long a call waits for a lock of another process before it gives up; a command line holds it for milliseconds. */
const defaultPatienceMs = 2000;
const retryMs = 20;
const soonMs = 20;

/**
 * One SQLite file. SQLite is synchronous, so its own busy time-out would stop the event loop: it is 0 here, and the
 * wait for a lock happens between the tries. Writes run one after the other in the order they were asked.
 */
export class Connection {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #patienceMs: number;
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** Writes that have been asked for and had no turn yet. */
  #asked = 0;
  /** What waits for the next of them, and when it does so no longer. */
  #riders: Piece[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string, database: DatabaseSync, patienceMs: number) {
    this.file = file;
    this.#database = database;
    this.#patienceMs = patienceMs;
  }

  /** Several statements on one consistent state. In WAL mode a writer, here or elsewhere, does not hold it up. */
  read<T>(act: (work: Work) => T): Promise<T> {
    return this.#patiently('BEGIN', act, performance.now() + this.#patienceMs);
  }

  /** All of it or nothing of it, and on the disk (as far as `synchronous` says) when it resolves. */
  write<T>(act: (work: Work) => T): Promise<T> {
    // The patience counts from the question on: a store that stays locked cannot pile up work without end.
    const deadline = performance.now() + this.#patienceMs;
    const { piece, promise } = pieceOf(act);
    this.#asked += 1;
    this.#lastWrite = this.#lastWrite.then(async () => await this.#together(piece, deadline));
    return promise;
  }

  /**
   * As write, but in one transaction with the next write that has its turn, before it, or a moment later by itself: the disk is
   * waited for once. It fails when no write is left that could take it along: `failed` is told of that at once, so that whoever
   * begins a write after it knows.
   */
  writeSoon<T>(act: (work: Work) => T, failed: (error: unknown) => void = () => undefined): Promise<T> {
    const { piece, promise } = pieceOf(act, failed);
    this.#riders.push(piece);
    this.#timer ??= setTimeout(() => void this.write(() => undefined).catch(() => undefined), soonMs);
    return promise;
  }

  /** For settings of the connection (PRAGMA), which cannot stand in a transaction. */
  pragma(sql: string): Promise<Row | null> {
    return this.#retried(() => this.#work.get(sql), performance.now() + this.#patienceMs);
  }

  async close(): Promise<void> {
    if (this.#riders.length > 0) await this.write(() => undefined).catch(() => undefined);
    await this.#lastWrite;
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  readonly #work: Work = {
    all: (sql, ...values) => this.#statement(sql).all(...values),
    get: (sql, ...values) => this.#statement(sql).get(...values) ?? null,
    run: (sql, ...values) => Number(this.#statement(sql).run(...values).changes),
  };

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** The write, with what has waited for it in the same transaction. */
  async #together(own: Piece, deadline: number): Promise<void> {
    this.#asked -= 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const riders = this.#riders;
    this.#riders = [];
    try {
      const tell = await this.#patiently('BEGIN IMMEDIATE', (work) => inOrder(work, [...riders, own]), deadline);
      for (const written of tell) written();
    } catch (error) {
      if (this.#asked > 0) this.#riders.unshift(...riders);
      else for (const rider of riders) rider.failed(error);
      own.failed(error);
    }
  }

  #patiently<T>(begin: string, act: (work: Work) => T, deadline: number): Promise<T> {
    return this.#retried(() => {
      this.#work.run(begin);
      try {
        const result = act(this.#work);
        this.#work.run('COMMIT');
        return result;
      } catch (error) {
        // A full disk ends the transaction by itself.
        if (this.#database.isTransaction) this.#work.run('ROLLBACK');
        throw error;
      }
    }, deadline);
  }

  async #retried<T>(attempt: () => T, deadline: number): Promise<T> {
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw storeError(error, this.file);
      }
      await delay(retryMs);
    }
  }
}

/**
 * Opens or creates a file in WAL mode; its folder gets mode 0700 and it mode 0600 when they are new.
 * full: a commit is on the disk when it returns. normal: a power cut may take back the last seconds, never the file.
 */
export async function connect(
  file: string,
  synchronous: 'full' | 'normal',
  patienceMs = defaultPatienceMs,
): Promise<Connection> {
  let database: DatabaseSync;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Created here because SQLite would ask the umask; its -wal and -shm files take their mode from this one.
    closeSync(openSync(file, 'a', 0o600));
    database = new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw openError(error, file);
  }
  const connection = new Connection(file, database, patienceMs);
  try {
    const mode = await connection.pragma('PRAGMA journal_mode = WAL');
    if (mode?.['journal_mode'] !== 'wal') {
      throw new BatonError(
        'unavailable',
        `The store ${file} stands on a file system that cannot share memory between processes.`,
        'Put it on a local disk.',
      );
    }
    await connection.pragma(`PRAGMA synchronous = ${synchronous.toUpperCase()}`);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

function openError(error: unknown, file: string): unknown {
  const known = storeError(error, file);
  if (known !== error || !(error instanceof Error) || !('code' in error)) return known;
  return new BatonError(
    'unavailable',
    `The store ${file} cannot be opened (${String(error.code)}).`,
    "Look whether the console's user may write in its folder.",
  );
}
