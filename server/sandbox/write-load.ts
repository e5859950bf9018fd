import { randomBytes } from 'node:crypto';
import type { SandboxServer } from './server-process.ts';
import { WriteRecord, type WriteReport } from './write-record.ts';
import { Writer, type WriterPlan } from './writer.ts';

export interface WriteLoadOptions {
  /** Where the application looks for a server that accepts writes; one entry: that server or none. */
  readonly servers: WriterPlan['servers'];
  readonly account: WriterPlan['account'];
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
  const { servers, account, perSecond, writers = 1, deadlineMs = 1000, keepMinutes = null } = options;
  const record = new WriteRecord(options.keepIds ?? true);
  const ending = new AbortController();
  const load = randomBytes(4).toString('hex');
  const running = Array.from({ length: writers }, async (_, index) => {
    const prefix = `${load}-${index + 1}`;
    const plan = { servers, account, perSecond: perSecond / writers, deadlineMs, keepMinutes, prefix };
    await new Writer(plan, record).run(ending.signal);
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

/** The acknowledged ids that the server does not have, asked in chunks of a thousand. Nothing was lost when it is []. */
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
