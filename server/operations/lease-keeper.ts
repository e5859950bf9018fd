import type { Claimed, Lease, LeaseStore } from '../store/store.ts';

/** Long enough for a slow disk or a busy event loop, short enough for another console to go on within 10 s. */
const TTL_MS = 5_000;
const RENEW_MS = 1_500;

export type Acquired =
  { readonly kind: 'held'; readonly keeper: LeaseKeeper } | { readonly kind: 'taken'; readonly by: Lease };

/** Holds one lease and renews it until it is released or lost. */
export class LeaseKeeper {
  readonly lease: Lease;
  readonly #leases: LeaseStore;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #renewedAt = performance.now();
  #lost = false;

  private constructor(leases: LeaseStore, lease: Lease, now: () => number) {
    this.#leases = leases;
    this.lease = lease;
    this.#now = now;
    this.#timer = setInterval(() => void this.#renew(), RENEW_MS);
  }

  /** Takes the lease, or says who has it. Rejects with BatonError('unavailable') when the store can't be written. */
  static async acquire(leases: LeaseStore, name: string, holder: string, now: () => number): Promise<Acquired> {
    return await LeaseKeeper.acquireBy(leases, now, async (term) => await leases.acquire({ name, holder, ...term }));
  }

  /** As acquire, where `claim` takes it for that term together with something else. Rejects as that does. */
  static async acquireBy(
    leases: LeaseStore,
    now: () => number,
    claim: (term: { ttlMs: number; now: number }) => Promise<Claimed>,
  ): Promise<Acquired> {
    const answer = await claim({ ttlMs: TTL_MS, now: now() });
    return answer.kind === 'taken' ? answer : { kind: 'held', keeper: new LeaseKeeper(leases, answer.lease, now) };
  }

  /**
   * Whether it is surely ours: not taken by another, and renewed within its time. Counted on a clock that stands still
   * for nobody: a process that was asleep finds the lease lapsed before it acts.
   */
  get held(): boolean {
    return !this.#lost && performance.now() - this.#renewedAt < TTL_MS;
  }

  /** Whether somebody else has taken it: nothing more may be written or done. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Gives it back. Never rejects: where the store is gone, it lapses by itself. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#leases.release(this.lease).catch(() => undefined);
  }

  /** Renews at once where it may have lapsed. False when somebody else has it. */
  async confirm(): Promise<boolean> {
    if (this.held) return true;
    await this.#renew();
    return this.held;
  }

  /** As confirm, always asking. */
  async ask(): Promise<boolean> {
    await this.#renew();
    return this.held;
  }

  async #renew(): Promise<void> {
    const asked = performance.now();
    try {
      if (await this.#leases.renew(this.lease, TTL_MS, this.#now())) this.#renewedAt = asked;
      else this.#lost = true;
    } catch {
      // The store does not answer: `held` ends by itself when the time is over.
    }
  }
}
