import type { Connection, Row } from './connection.ts';
import { readServerFacts, type Counters, type ServerFacts } from './server-facts.ts';
import type { SlowFacts } from './slow-facts.ts';
import { SqlError } from './sql-error.ts';
import { statement, type Statement } from './statement.ts';

const unread: SlowFacts = { grants: [], replicaHosts: null, dumpConnections: [] };
const uncounted: Counters = { uptimeSeconds: 0, replicasConnected: 0, semiSyncClients: 0, semiSyncWaits: 0 };

const PING_MS = 1_000;

/** Long for a ping, and short: a console that is gone or asleep loses its locks by then. */
const WAIT_TIMEOUT_SECONDS = 8;

/**
 * A connection that runs named statements. It can be kept alive: pinged each second while idle, with a short
 * wait_timeout at the server, so that locks held on it outlive no console that stopped pinging.
 */
export class Session {
  readonly server: string;
  readonly #connection: Connection;
  readonly #onLost: () => void;
  #busy = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `onLost` is told of each statement that met the end of the connection. */
  constructor(server: string, connection: Connection, onLost: () => void = () => undefined) {
    this.server = server;
    this.#connection = connection;
    this.#onLost = onLost;
  }

  /** The server's id of the connection. */
  get id(): number {
    return this.#connection.id;
  }

  /** Why it can't be used any more, or null. */
  get broken(): SqlError | null {
    return this.#connection.broken;
  }

  /** Runs the statement within timeoutMs. Rejects with SqlError. */
  async run({ sql }: Statement, timeoutMs: number): Promise<Row[]> {
    return await this.#busily(async () => await this.#connection.query(sql, { timeoutMs }));
  }

  /** The first row of the statement's answer; {} where there is none. */
  async row(asked: Statement, timeoutMs: number): Promise<Row> {
    return (await this.run(asked, timeoutMs))[0] ?? {};
  }

  /** A look at the server's settings and replication, without what changes seldom and without counters. Rejects with SqlError. */
  async facts(timeoutMs: number): Promise<Omit<ServerFacts, keyof SlowFacts | keyof Counters>> {
    return await this.#busily(
      async () => await readServerFacts(this.#connection, { timeoutMs, slow: unread, counters: uncounted }),
    );
  }

  /** Sets what every session of ours needs: escapes as we write them, text as UTF-8, a short life without pings. */
  async prepare(timeoutMs: number, waitTimeoutSeconds = WAIT_TIMEOUT_SECONDS): Promise<void> {
    const settings = `sql_mode='', wait_timeout=${waitTimeoutSeconds}, NAMES utf8mb4`;
    await this.run(statement(`SET SESSION ${settings}`), timeoutMs);
  }

  /** Pings it each second while nothing else runs on it. */
  keepAlive(): void {
    this.#timer ??= setInterval(() => {
      if (this.#busy > 0 || this.broken) return;
      this.run(statement('DO 1'), WAIT_TIMEOUT_SECONDS * 1000).catch(() => this.close());
    }, PING_MS);
  }

  async #busily<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } catch (error) {
      if (error instanceof SqlError && error.kind === 'lost') this.#onLost();
      throw error;
    } finally {
      this.#busy -= 1;
    }
  }

  /** Closes it at once. The server frees its locks when it notices. Safe to call twice. */
  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#connection.destroy();
  }
}
