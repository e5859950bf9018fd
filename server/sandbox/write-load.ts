import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SqlError } from '../mariadb/sql-error.ts';
import type { SandboxAccount } from './accounts.ts';
import { HeldConnection } from './held-connection.ts';
import type { SandboxServer } from './server-process.ts';
import { WriteRecord, type WriteReport } from './write-record.ts';

export interface WriteLoadOptions {
  /** Where the application looks for a server that accepts writes; one entry: that server or none. */
  readonly servers: readonly {
    readonly name: string;
    readonly address: { readonly host: string; readonly port: number };
  }[];
  readonly account: Pick<SandboxAccount, 'user' | 'password'>;
  /** Inserts a second, all writers together. */
  readonly perSecond: number;
  readonly writers?: number;
  /** After this an insert or a connect without an answer is given up, its connection destroyed. 1000 unless said. */
  readonly deadlineMs?: number;
  /** Whether the ids are kept for `verifyWrites`; false for a load without end. */
  readonly keepIds?: boolean;
  /** Orders older than this are deleted now and then, for a load without end. */
  readonly keepMinutes?: number;
}

/** An application that inserts orders with unique ids, into whichever server accepts them. */
export interface WriteLoad {
  /** How many inserts were acknowledged so far. */
  readonly count: number;
  /** Resolves at the next acknowledged insert after the call. Throws after timeoutMs (10 s unless said). */
  flowing(timeoutMs?: number): Promise<void>;
  /** Ends the writers and answers what they saw. */
  stop(): Promise<WriteReport>;
}

/** Starts the load at once; it goes on, through failures of every kind, until it is stopped. */
export function startWriteLoad(options: WriteLoadOptions): WriteLoad {
  const writers = options.writers ?? 1;
  const record = new WriteRecord(options.keepIds ?? true);
  const ending = new AbortController();
  const prefix = randomBytes(4).toString('hex');
  const running = Array.from({ length: writers }, async (_, index) => {
    await write(
      { ...options, perSecond: options.perSecond / writers },
      `${prefix}-${index + 1}`,
      record,
      ending.signal,
    );
  });
  return {
    get count() {
      return record.count;
    },
    flowing: async (timeoutMs = 10_000) => await record.next(timeoutMs),
    async stop() {
      ending.abort();
      await Promise.all(running);
      return record.report();
    },
  };
}

/** One writer: inserts at its pace; a server that refuses or fails makes it turn to the next one at once. */
async function write(
  options: WriteLoadOptions,
  prefix: string,
  record: WriteRecord,
  ending: AbortSignal,
): Promise<void> {
  const timeoutMs = options.deadlineMs ?? 1000;
  const lanes = options.servers.map(({ name, address }) => ({
    name,
    held: new HeldConnection({ ...address, ...options.account }, { connectTimeoutMs: timeoutMs }),
  }));
  const everyMs = 1000 / options.perSecond;
  let due = performance.now();
  let turn = 0;
  let number = 0;
  let refusals = 0;
  let prunedAt = performance.now();
  while (!ending.aborted) {
    const waitMs = due - performance.now();
    if (waitMs > 0) await delay(waitMs);
    const lane = lanes[turn % lanes.length];
    const connection = lane?.held.current();
    try {
      if (!lane || !connection) throw lane?.held.failure ?? new SqlError('other', 0, 'not connected yet');
      number += 1;
      // A new id each time: after a lost connection the former insert may have been done all the same.
      const uid = `${prefix}-${number}`;
      await connection.query('INSERT INTO shop.orders (uid, payload) VALUES (?, ?)', {
        timeoutMs,
        values: [uid, lane.name],
      });
      record.acknowledge(uid, lane.name);
      refusals = 0;
      // What was missed is not made up for: a burst would hide how the servers do at this pace.
      due = Math.max(due + everyMs, performance.now() - everyMs);
      if (options.keepMinutes && performance.now() - prunedAt > 10_000) {
        prunedAt = performance.now();
        const limit = Math.ceil(options.perSecond * 20);
        await connection.query(
          'DELETE FROM shop.orders WHERE created < NOW(6) - INTERVAL ? MINUTE ORDER BY id LIMIT ?',
          {
            timeoutMs,
            values: [options.keepMinutes, limit],
          },
        );
      }
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      record.refuse(lane?.name ?? '', error);
      turn += 1;
      refusals += 1;
      // Everybody was asked: a breath, so that an outage does not become a busy loop.
      if (refusals % lanes.length === 0) await delay(2);
    }
  }
  await Promise.all(lanes.map(async ({ held }) => await held.close()));
}

/** The acknowledged ids that the server does not have, in chunks of a thousand. Nothing was lost when it is []. */
export async function verifyWrites(server: SandboxServer, acknowledged: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (let at = 0; at < acknowledged.length; at += 1000) {
    const ids = acknowledged.slice(at, at + 1000);
    const rows = await server.sql(`SELECT uid FROM shop.orders WHERE uid IN (${ids.map((id) => `'${id}'`).join(',')})`);
    const found = new Set(rows.map((row) => row['uid']));
    missing.push(...ids.filter((id) => !found.has(id)));
  }
  return missing;
}
