import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../mariadb/connection.ts';
import { number } from '../mariadb/row.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { SandboxAccount } from './accounts.ts';
import { HeldConnection } from './held-connection.ts';
import type { SandboxServer } from './server-process.ts';
import {
  writableIntervals,
  writableOverlaps,
  type AcceptedProbe,
  type Interval,
  type Overlap,
} from './writable-intervals.ts';

export interface ProbeReport {
  /** When each server accepted writes; milliseconds since 1970 by the machine's clock. */
  readonly intervals: ReadonlyMap<string, readonly Interval[]>;
  /** Where two accepted writes at once: [] is the promise of a takeover. */
  readonly overlaps: readonly Overlap[];
  readonly counts: ReadonlyMap<
    string,
    { readonly accepted: number; readonly refused: number; readonly failed: number }
  >;
}

export interface WritableProbe {
  /** Servers whose last probe, at most 100 ms old, was accepted. */
  writable(): string[];
  stop(): Promise<ProbeReport>;
}

/** A probe that does not come back is given up after this, and counts as not accepted all the while. */
const DEADLINE_MS = 1000;

/**
 * The instant is the server's own, taken inside the statement: all servers share this machine's clock, and a busy event
 * loop here then cannot make two intervals touch. Rolled back, the insert leaves no binlog event and no row.
 */
const PROBE = 'INSERT INTO shop.probe (id) VALUES (CONNECTION_ID()) RETURNING UNIX_TIMESTAMP(SYSDATE(6)) AS at';

class Lane {
  readonly name: string;
  readonly held: HeldConnection;
  readonly accepted: AcceptedProbe[] = [];
  refused = 0;
  failed = 0;
  afterRefusal = false;
  acceptedAt = -Infinity;

  constructor(server: SandboxServer, account: Pick<SandboxAccount, 'user' | 'password'>) {
    this.name = server.name;
    // Over the socket: a relay that is cut does not make a server less writable.
    const target = { host: server.host, port: server.port, socketPath: server.socket, ...account };
    const setUp = ["SET time_zone='+00:00', autocommit=0"];
    this.held = new HeldConnection(target, { connectTimeoutMs: DEADLINE_MS, setUp });
  }

  async probe(connection: Connection): Promise<void> {
    const sentAt = performance.now();
    try {
      const [row] = await connection.query(PROBE, { timeoutMs: DEADLINE_MS });
      const tookMs = performance.now() - sentAt;
      const seconds = row ? number(row, 'at') : null;
      if (seconds !== null) this.accepted.push({ at: seconds * 1000, tookMs, afterRefusal: this.afterRefusal });
      this.afterRefusal = false;
      this.acceptedAt = performance.now();
      await connection.query('ROLLBACK', { timeoutMs: DEADLINE_MS });
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (error.kind === 'statement') this.refused += 1;
      else this.failed += 1;
      this.close();
    }
  }

  close(): void {
    this.afterRefusal = true;
    this.acceptedAt = -Infinity;
  }
}

/** Asks each server every 5 ms, on a connection of its own as the application, whether it accepts a write. */
export function startWritableProbe(options: {
  readonly servers: readonly SandboxServer[];
  readonly account: Pick<SandboxAccount, 'user' | 'password'>;
  readonly everyMs?: number;
}): WritableProbe {
  const lanes = options.servers.map((server) => new Lane(server, options.account));
  const ending = new AbortController();
  const running = lanes.map(async (lane) => await watch(lane, options.everyMs ?? 5, ending.signal));
  return {
    writable: () => lanes.filter(({ acceptedAt }) => performance.now() - acceptedAt < 100).map(({ name }) => name),
    async stop() {
      ending.abort();
      await Promise.all(running);
      const intervals = new Map(lanes.map(({ name, accepted }) => [name, writableIntervals(accepted)]));
      const counts = new Map(
        lanes.map(({ name, accepted, refused, failed }) => [name, { accepted: accepted.length, refused, failed }]),
      );
      return { intervals, overlaps: writableOverlaps(intervals), counts };
    },
  };
}

async function watch(lane: Lane, everyMs: number, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    const due = performance.now() + everyMs;
    const connection = lane.held.current();
    if (connection) await lane.probe(connection);
    else lane.close();
    await delay(Math.max(0, due - performance.now()));
  }
  await lane.held.close();
}
