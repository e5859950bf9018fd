import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { HeldConnection } from './held-connection.ts';
import type { WriteRecord } from './write-record.ts';

export interface WriterPlan {
  readonly servers: readonly {
    readonly name: string;
    readonly address: { readonly host: string; readonly port: number };
  }[];
  readonly account: { readonly user: string; readonly password: string };
  readonly perSecond: number;
  readonly deadlineMs: number;
  /** Orders older than this are deleted every 10 s; null keeps all. */
  readonly keepMinutes: number | null;
  /** What its ids begin with. */
  readonly prefix: string;
}

const INSERT = 'INSERT INTO shop.orders (uid, payload) VALUES (?, ?)';
const PRUNE = 'DELETE FROM shop.orders WHERE created < NOW(6) - INTERVAL ? MINUTE ORDER BY id LIMIT ?';
const PRUNE_EVERY_MS = 10_000;

interface Lane {
  readonly name: string;
  readonly held: HeldConnection;
}

/** One client of the application: inserts at its pace; a server that refuses or fails makes it turn to the next at once. */
export class Writer {
  readonly #plan: WriterPlan;
  readonly #record: WriteRecord;
  readonly #lanes: readonly Lane[];
  #sent = 0;
  #prunedAt = performance.now();

  constructor(plan: WriterPlan, record: WriteRecord) {
    this.#plan = plan;
    this.#record = record;
    this.#lanes = plan.servers.map(({ name, address: { host, port } }) => ({
      name,
      held: new HeldConnection({ host, port, ...plan.account }, { connectTimeoutMs: plan.deadlineMs }),
    }));
  }

  /** Writes until it is told to end; resolves when its connections are closed. */
  async run(ending: AbortSignal): Promise<void> {
    const everyMs = 1000 / this.#plan.perSecond;
    let due = performance.now();
    let turn = 0;
    let refusals = 0;
    while (!ending.aborted) {
      const waitMs = due - performance.now();
      if (waitMs > 0) await delay(waitMs);
      const lane = this.#lanes[turn % this.#lanes.length];
      if (lane && (await this.#write(lane))) {
        refusals = 0;
        // What was missed is not made up for: a burst would hide how the servers do at this pace.
        due = Math.max(due + everyMs, performance.now() - everyMs);
      } else {
        turn += 1;
        refusals += 1;
        // Everybody was asked: a breath, so that an outage does not become a busy loop.
        if (refusals % this.#lanes.length === 0) await delay(2);
      }
    }
    await Promise.all(this.#lanes.map(async ({ held }) => await held.close()));
  }

  /** Whether the server acknowledged an insert. */
  async #write({ name, held }: Lane): Promise<boolean> {
    const connection = held.current();
    if (!connection) {
      if (held.failure) this.#record.refuse(name, held.failure);
      return false;
    }
    try {
      await this.#insert(connection, name);
      await this.#prune(connection);
      return true;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#record.refuse(name, error);
      return false;
    }
  }

  async #insert(connection: Connection, server: string): Promise<void> {
    this.#sent += 1;
    // A new id each time: after a lost connection the insert before may have been done all the same.
    const uid = `${this.#plan.prefix}-${this.#sent}`;
    await connection.query(INSERT, { timeoutMs: this.#plan.deadlineMs, values: [uid, server] });
    this.#record.acknowledge(uid, server);
  }

  async #prune(connection: Connection): Promise<void> {
    const { keepMinutes, perSecond, deadlineMs } = this.#plan;
    if (keepMinutes === null || performance.now() - this.#prunedAt < PRUNE_EVERY_MS) return;
    this.#prunedAt = performance.now();
    // Twice what was written since: it catches up, and stays a short statement.
    const limit = Math.ceil((2 * perSecond * PRUNE_EVERY_MS) / 1000);
    await connection.query(PRUNE, { timeoutMs: deadlineMs, values: [keepMinutes, limit] });
  }
}
