import type { SqlError } from '../mariadb/sql-error.ts';

/** A time without an acknowledged write. */
export interface WriteGap {
  /** Date.now() of the write before it. */
  readonly startedAt: number;
  readonly ms: number;
  /** Which server had the write before and after; `after` is null for one that was still open at the end. */
  readonly before: string;
  readonly after: string | null;
}

export interface WriteReport {
  /** Ids of the acknowledged inserts, in order; [] where the load keeps none. */
  readonly acknowledged: readonly string[];
  readonly count: number;
  readonly perServer: Readonly<Record<string, number>>;
  /** How often each failure was met: "db-1: 1290 …". */
  readonly errors: Readonly<Record<string, number>>;
  /** From one acknowledged write to the next, or to the end; 0 without writes. */
  readonly largestGapMs: number;
  /** Those of at least 50 ms, and any in which the writes moved to another server; the first thousand. */
  readonly gaps: readonly WriteGap[];
}

const NOTABLE_GAP_MS = 50;
const GAPS_KEPT = 1000;

/** What writers saw, as it happens. */
export class WriteRecord {
  readonly #keepIds: boolean;
  readonly #acknowledged: string[] = [];
  readonly #perServer: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};
  readonly #gaps: WriteGap[] = [];
  #largestGapMs = 0;
  #last: { readonly server: string; readonly at: number; readonly clock: number } | null = null;
  #next = Promise.withResolvers<void>();
  count = 0;

  constructor(keepIds: boolean) {
    this.#keepIds = keepIds;
  }

  acknowledge(uid: string, server: string): void {
    this.#gap(server);
    this.#last = { server, at: performance.now(), clock: Date.now() };
    this.count += 1;
    if (this.#keepIds) this.#acknowledged.push(uid);
    this.#perServer[server] = (this.#perServer[server] ?? 0) + 1;
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }

  refuse(server: string, error: SqlError): void {
    const text = `${server}: ${error.errno > 0 ? error.errno : error.kind} ${error.message}`;
    this.#errors[text] = (this.#errors[text] ?? 0) + 1;
  }

  /** Resolves at the next acknowledged write. Throws after timeoutMs. */
  async next(timeoutMs: number): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`no write was accepted for ${timeoutMs} ms: ${JSON.stringify(this.#errors)}`));
    }, timeoutMs);
    await Promise.race([this.#next.promise, late.promise]).finally(() => clearTimeout(timer));
  }

  report(): WriteReport {
    this.#gap(null);
    return {
      acknowledged: this.#acknowledged,
      count: this.count,
      perServer: this.#perServer,
      errors: this.#errors,
      largestGapMs: this.#largestGapMs,
      gaps: this.#gaps,
    };
  }

  #gap(after: string | null): void {
    if (!this.#last) return;
    const { server: before, at, clock: startedAt } = this.#last;
    const ms = performance.now() - at;
    this.#largestGapMs = Math.max(this.#largestGapMs, ms);
    const notable = ms >= NOTABLE_GAP_MS || (after !== null && after !== before);
    if (notable && this.#gaps.length < GAPS_KEPT) this.#gaps.push({ startedAt, ms, before, after });
  }
}
