import { randomBytes } from 'node:crypto';
import type { CopyOffer } from '../contract/reseed.ts';
import { bearerIn, digestOf, isDigestOf } from './secret.ts';

/** The agent that was told of an offer comes for it at once. */
const validMs = 60_000;

/** Tickets for one reading each of a physical copy, so that no agent needs the console's token for another. */
export class CopyOffers {
  readonly #path: string;
  #open: { readonly digest: Buffer; readonly until: number } | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** A new offer; the one before it is void. */
  make(): CopyOffer {
    const ticket = randomBytes(32).toString('hex');
    const until = Date.now() + validMs;
    this.#open = { digest: digestOf(ticket), until };
    return { path: this.#path, ticket, expiresAt: new Date(until).toISOString() };
  }

  /** Whether the Authorization header holds the ticket of an open offer. Only a digest of it is kept. */
  admits(authorization: string | undefined): boolean {
    const shown = bearerIn(authorization);
    return this.#open !== null && Date.now() < this.#open.until && isDigestOf(this.#open.digest, shown);
  }

  /** The offer is taken: its ticket is of no use any more. */
  use(): void {
    this.#open = null;
  }
}
