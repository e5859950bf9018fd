import { addressKey } from './address-key.ts';

/** Failures that cost nothing: people mistype. */
const freeFailures = 5;
const firstWaitMs = 5000;
/** A guesser gets 288 tries a day at one account; passwords have 10 characters and more. */
const longestWaitMs = 5 * 60_000;
/** Failures that lie this far back are forgotten. */
const memoryMs = 60 * 60_000;
/** Bound of the memory it takes (some 200 bytes each). */
const mostKeys = 10_000;

interface Count {
  failures: number;
  /** Attempts at this name that are being checked. They count as failures meanwhile, or a thousand at once would be free. */
  running: number;
  blockedUntil: number;
  lastAt: number;
}

export type Admission =
  | { kind: 'go'; attempt: Attempt }
  /** At least 1. */
  | { kind: 'wait'; retryAfterSeconds: number };

export interface Attempt {
  succeeded(): void;
  failed(now: number): void;
  /** Neither: the password was not checked (the store did not answer). No effect after one of the others. */
  dropped(): void;
}

/**
 * Slows password guessing down: after 5 failures for a username, or from an address, each further attempt must wait,
 * 5 s first and twice as long each time, up to 5 minutes. A refused attempt is not looked at and does not count.
 *
 * A user who signed in from an address before is counted by that pair alone: neither a stranger who guesses at the
 * name elsewhere nor a neighbour behind the same address can lock them out.
 */
export class Attempts {
  readonly #counts = new Map<string, Count>();
  readonly #known = new Set<string>();

  /** Asks for one attempt; who gets 'go' must tell how it ended. */
  begin(username: string, from: string, now: number): Admission {
    const address = addressKey(from);
    const pair = JSON.stringify([username, address]);
    const keys = this.#known.has(pair) ? [`pair ${pair}`] : [`user ${username}`, `address ${address}`];
    const counts = keys.map((key) => this.#count(key, now));
    const waitMs = Math.max(...counts.map((count) => waitOf(count, now)));
    if (waitMs > 0) return { kind: 'wait', retryAfterSeconds: Math.ceil(waitMs / 1000) };
    // Of the name alone: ten colleagues behind one address may come in at the same moment.
    const [own] = counts;
    if (own !== undefined) own.running++;
    let ended = false;
    const end = () => {
      if (!ended && own !== undefined) own.running--;
      ended = true;
    };
    return {
      kind: 'go',
      attempt: {
        dropped: end,
        failed: (at) => {
          end();
          for (const count of counts) fail(count, at);
          keys.forEach((key, index) => this.#touch(key, counts[index]));
        },
        succeeded: () => {
          end();
          this.#forgive(counts);
          this.#remember(pair);
        },
      },
    };
  }

  /** Keys that are remembered now. */
  get size(): number {
    return this.#counts.size + this.#known.size;
  }

  #count(key: string, now: number): Count {
    const found = this.#counts.get(key);
    if (found !== undefined && (now - found.lastAt < memoryMs || found.running > 0)) return found;
    const count = { failures: 0, running: 0, blockedUntil: 0, lastAt: now };
    this.#touch(key, count);
    return count;
  }

  /** Moves a key to the young end; beyond the bound the oldest goes. */
  #touch(key: string, count: Count | undefined): void {
    if (count === undefined) return;
    this.#counts.delete(key);
    this.#counts.set(key, count);
    const oldest = this.#counts.keys().next().value;
    if (this.#counts.size > mostKeys && oldest !== undefined) this.#counts.delete(oldest);
  }

  /** The user's failures are forgiven, and so many of the address's: not those at other names, which stay a guesser's. */
  #forgive([own, address]: Count[]): void {
    if (own === undefined) return;
    const forgiven = own.failures;
    own.failures = 0;
    own.blockedUntil = 0;
    if (address === undefined) return;
    address.failures = Math.max(0, address.failures - forgiven);
    if (address.failures < freeFailures) address.blockedUntil = 0;
  }

  #remember(pair: string): void {
    this.#known.delete(pair);
    this.#known.add(pair);
    const oldest = this.#known.values().next().value;
    if (this.#known.size > mostKeys && oldest !== undefined) this.#known.delete(oldest);
  }
}

function waitOf(count: Count, now: number): number {
  const blockedMs = count.blockedUntil - now;
  // A longer one was set by a clock that was wrong, and has been set right since.
  if (blockedMs > 0 && blockedMs <= longestWaitMs) return blockedMs;
  return count.running > 0 && count.failures + count.running >= freeFailures ? 1000 : 0;
}

function fail(count: Count, at: number): void {
  count.failures++;
  count.lastAt = at;
  if (count.failures < freeFailures) return;
  count.blockedUntil = at + Math.min(longestWaitMs, firstWaitMs * 2 ** (count.failures - freeFailures));
}
