import { domainsOf, sequenceOf, type GtidList } from '../mariadb/gtid.ts';
import { forgetLost, lagOf, thinnedOut, type Entry, type Lag, type ReadingTime } from './position-entries.ts';

/** The history as JSON: per domain [server, sequence, seenAt, heldUntil]. */
export type LagHistoryData = readonly {
  readonly domain: number;
  readonly entries: readonly (readonly [number, string, number, number])[];
}[];

/**
 * Remembers when the primary was seen at which position, and tells from it how long ago the oldest transaction was
 * committed that a replica has not applied. Needs no heartbeat table and no write, uses one clock (the console's), and is
 * right where the IO thread stands still while MariaDB says 0 (measured on 10.11).
 *
 * The history belongs to the cluster, not to a server: after a takeover the new primary goes on in the same domains.
 */
export class LagHistory {
  readonly #domains = new Map<number, Entry[]>();
  readonly #thinAt = new Map<number, number>();

  /**
   * The primary was read at `position` (its last sequence of each domain). `state` is all it holds, per domain and
   * server: what is remembered of an earlier primary and not in it was lost in a failover and is forgotten.
   */
  record(position: GtidList, state: GtidList, time: ReadingTime): void {
    const newest = new Map(position.map((gtid) => [gtid.domain, gtid]));
    for (const domain of new Set([...this.#domains.keys(), ...newest.keys()])) {
      const entries = this.#domains.get(domain) ?? [];
      const gtid = newest.get(domain);
      forgetLost(entries, domain, state, gtid?.sequence ?? 0n);
      const last = entries.at(-1);
      if (gtid && last?.sequence === gtid.sequence) {
        last.heldUntil = Math.max(last.heldUntil, time.startedAt);
      } else if (gtid && gtid.sequence > 0n) {
        // A clock set back must not put entries out of order.
        const floor = last?.seenAt ?? 0;
        entries.push({
          server: gtid.server,
          sequence: gtid.sequence,
          seenAt: Math.max(time.at, floor),
          heldUntil: Math.max(time.startedAt, floor),
        });
      }
      this.#domains.set(domain, this.#thinned(domain, entries, time.at));
    }
  }

  /**
   * How far `applied`, read at `time`, is behind; null before the first record. `ignored`: domains that the replica
   * filters out, which never arrive.
   */
  lag(applied: GtidList, time: ReadingTime, ignored: readonly number[] = []): Lag | null {
    const lags = [...this.#domains]
      .filter(([domain, entries]) => entries.length > 0 && !ignored.includes(domain))
      .map(([domain, entries]) => lagOf(entries, sequenceOf(applied, domain), time));
    if (lags.length === 0) return null;
    const most = lags.map((lag) => lag.atMostSeconds);
    return {
      atLeastSeconds: Math.max(...lags.map((lag) => lag.atLeastSeconds)),
      atMostSeconds: most.some((seconds) => seconds === null) ? null : Math.max(...most.map((seconds) => seconds ?? 0)),
    };
  }

  /** The number of remembered positions over all domains. */
  get size(): number {
    return [...this.#domains.values()].reduce((total, entries) => total + entries.length, 0);
  }

  /** For a console that starts again. */
  toJSON(): LagHistoryData {
    return [...this.#domains].map(([domain, entries]) => ({
      domain,
      entries: entries.map(
        ({ server, sequence, seenAt, heldUntil }) => [server, String(sequence), seenAt, heldUntil] as const,
      ),
    }));
  }

  /** The history that toJSON gave, up to `now`: what claims to be later was written under another clock. */
  static from(data: LagHistoryData, now: number): LagHistory {
    const history = new LagHistory();
    for (const { domain, entries } of data) {
      history.#domains.set(
        domain,
        entries
          .filter(([, , seenAt, heldUntil]) => seenAt <= now && heldUntil <= now)
          .map(([server, sequence, seenAt, heldUntil]) => ({ server, sequence: BigInt(sequence), seenAt, heldUntil })),
      );
    }
    return history;
  }

  /** Amortised: a pass over all entries each time they have grown by a quarter. */
  #thinned(domain: number, entries: Entry[], now: number): Entry[] {
    if (entries.length < (this.#thinAt.get(domain) ?? 64)) return entries;
    const kept = thinnedOut(entries, now);
    this.#thinAt.set(domain, Math.ceil(kept.length * 1.25) + 16);
    return kept;
  }
}

/** The domains of the list, each with its highest sequence: what `record` takes as a position, from several lists. */
export function newestOf(...lists: readonly GtidList[]): GtidList {
  const all = lists.flat();
  return domainsOf(all).flatMap((domain) =>
    all.filter((gtid) => gtid.domain === domain).reduce((a, b) => (b.sequence > a.sequence ? b : a)),
  );
}
