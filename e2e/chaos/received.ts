import { setTimeout as delay } from 'node:timers/promises';
import { gtidList, type GtidList } from '../../server/mariadb/gtid.ts';
import { text } from '../../server/mariadb/row.ts';
import { SqlError } from '../../server/mariadb/sql-error.ts';
import type { SandboxServer } from '../../server/sandbox/server-process.ts';

/** What each replica has received so far, looked at all the time: a failover may not lose more than what none has. */
export class Received {
  readonly #latest = new Map<string, GtidList>();
  readonly #ending = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(replicas: readonly SandboxServer[]) {
    this.#running = Promise.all(replicas.map(async (replica) => await this.#watch(replica)));
  }

  /** The newest number of the domain's transactions that the server had received when last looked at. */
  of(server: string): number {
    return Math.max(0, ...(this.#latest.get(server) ?? []).map(({ sequence }) => Number(sequence)));
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #watch(replica: SandboxServer): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        const session = await replica.session();
        try {
          while (!this.#ending.signal.aborted) {
            const [row] = await session.query('SHOW ALL SLAVES STATUS', { timeoutMs: 500 });
            if (row) this.#latest.set(replica.name, gtidList(text(row, 'Gtid_IO_Pos')));
            await delay(50);
          }
        } finally {
          session.destroy();
        }
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        await delay(50);
      }
    }
  }
}
