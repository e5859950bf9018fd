import { connect, type Connection, type SqlTarget } from './connection.ts';
import { SqlError } from './sql-error.ts';

/** Reads on a pool's connection; `leftMs` is what remains of the deadline. */
export type PoolWork<T> = (connection: Connection, leftMs: () => number) => Promise<T>;

/**
 * A few connections of one account to one server. Never waits longer than it was told, gives no connection back into
 * use that missed a deadline, and heals by itself after a restart of the server.
 */
export interface Pool {
  /**
   * Runs `work` within timeoutMs over all of it: waiting for a connection, connecting, the statements. Where a connection
   * ended unnoticed while it lay idle (a restarted server) `work` runs once more on a new one: only reads belong in it.
   * Rejects with SqlError; a statement that misses the deadline is `hung`.
   */
  use<T>(timeoutMs: number, work: PoolWork<T>): Promise<T>;
  /** Closes every connection at once and refuses further use. */
  close(): void;
}

/** A pool of at most `size` connections (default 2: one for the timer, one for somebody who looks meanwhile). */
export function createPool(target: SqlTarget, size = 2): Pool {
  const slots = createSlots(size);
  const idle: Connection[] = [];
  const busy = new Set<Connection>();
  const madeWith = new WeakMap<Connection, SqlTarget['tls']>();
  let closed = false;

  function takeIdle(): Connection | undefined {
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (!connection.broken && trustedAs(madeWith.get(connection), target.tls)) return connection;
      connection.destroy();
    }
    return undefined;
  }

  async function runOn<T>(known: Connection | undefined, leftMs: () => number, work: PoolWork<T>): Promise<T> {
    const { tls } = target;
    const connection = known ?? (await connect(target, leftMs()));
    if (!known) madeWith.set(connection, tls);
    busy.add(connection);
    try {
      if (closed) connection.destroy();
      return await work(connection, leftMs);
    } finally {
      busy.delete(connection);
      if (!connection.broken) idle.push(connection);
    }
  }

  return {
    async use(timeoutMs, work) {
      if (closed) throw new SqlError('lost', 0, 'the pool is closed');
      const deadline = performance.now() + timeoutMs;
      const leftMs = (): number => deadline - performance.now();
      await slots.take(leftMs());
      const known = takeIdle();
      try {
        return await runOn(known, leftMs, work);
      } catch (error) {
        const ended = known !== undefined && error instanceof SqlError && error.kind === 'lost';
        if (!ended || closed) throw asHung(error, timeoutMs);
        try {
          return await runOn(undefined, leftMs, work);
        } catch (again) {
          throw asHung(again, timeoutMs);
        }
      } finally {
        slots.give();
      }
    },
    close() {
      closed = true;
      for (const connection of [...idle, ...busy]) connection.destroy();
      idle.length = 0;
    },
  };
}

/** Where it changes who is trusted, the connections of before are judged anew: by new ones in their place. */
function trustedAs(before: SqlTarget['tls'], now: SqlTarget['tls']): boolean {
  return before?.ca === now?.ca && before?.judge === now?.judge;
}

/** An open connection that misses its deadline is the sign of a frozen server. */
function asHung(error: unknown, timeoutMs: number): unknown {
  if (!(error instanceof SqlError) || error.kind !== 'deadline') return error;
  return new SqlError('hung', 0, `is connected and gave no answer within ${Math.round(timeoutMs)} ms`);
}

/** A queue for `count` places, where waiting has an end. */
function createSlots(count: number): { take(timeoutMs: number): Promise<void>; give(): void } {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async take(timeoutMs) {
      if (free > 0) {
        free -= 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(
          () => {
            waiting.splice(waiting.indexOf(turn), 1);
            reject(new SqlError('hung', 0, 'every connection is still waiting for an answer'));
          },
          Math.max(1, timeoutMs),
        );
        waiting.push(turn);
      });
    },
    give() {
      // Passed on to the next in line without being free in between.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}
