import { connect, type Connection, type SqlTarget } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';

/** A server that refused or hung is knocked at again after this; less would burn a core while it is down. */
const RETRY_MS = 20;

/**
 * A connection that is opened again in the background whenever it is lost, so that nobody waits for a server that does
 * not answer: there is an open connection at the moment, or there is none.
 */
export class HeldConnection {
  readonly #target: SqlTarget;
  readonly #connectTimeoutMs: number;
  readonly #setUp: readonly string[];
  #open: Connection | null = null;
  #opening: Promise<void> | null = null;
  #retryAt = 0;
  #closed = false;
  /** Why there is no connection; null while there is one or none was tried. */
  failure: SqlError | null = null;

  constructor(target: SqlTarget, options: { readonly connectTimeoutMs: number; readonly setUp?: readonly string[] }) {
    this.#target = target;
    this.#connectTimeoutMs = options.connectTimeoutMs;
    this.#setUp = options.setUp ?? [];
  }

  /** The open connection; null where there is none, and then one is being opened. */
  current(): Connection | null {
    if (this.#open && !this.#open.broken) return this.#open;
    this.#open = null;
    if (!this.#opening && !this.#closed && performance.now() >= this.#retryAt)
      this.#opening = this.#reopen().finally(() => (this.#opening = null));
    return null;
  }

  /** Closes the connection and opens none again; resolves when an attempt under way is over. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening;
    this.#open?.destroy();
  }

  async #reopen(): Promise<void> {
    try {
      this.#open = await this.#connect();
      this.failure = null;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.failure = error;
      this.#retryAt = performance.now() + RETRY_MS;
    }
  }

  async #connect(): Promise<Connection> {
    const timeoutMs = this.#connectTimeoutMs;
    const connection = await connect(this.#target, timeoutMs);
    try {
      for (const statement of this.#setUp) await connection.query(statement, { timeoutMs });
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }
}
