import type { Operation } from '../contract/operation.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { Takeovers } from '../takeover/takeovers.ts';
import { returned } from './returns.ts';

/** For returns that could not be noted: often enough for two primaries, and seldom enough for a store that is full. */
const AGAIN_MS = 1_000;

/**
 * Sees to it that each return of a server is noted by the takeovers of its cluster: what fails (a full disk, a server that is
 * gone again, an end that is not written yet) is tried again until it is done.
 */
export class ReturnNotes {
  readonly #takeovers: Pick<Takeovers, 'returned' | 'ended'>;
  readonly #failed: (error: unknown) => void;
  readonly #ended = new Set<string>();
  readonly #pending = new Map<string, NodeJS.Timeout>();
  #last: ClusterSnapshot | null = null;
  #closed = false;

  /** `failed` is told of each try that failed. */
  constructor(takeovers: Pick<Takeovers, 'returned' | 'ended'>, failed: (error: unknown) => void) {
    this.#takeovers = takeovers;
    this.#failed = failed;
  }

  /** To be called with each snapshot of the cluster. */
  seen(snapshot: ClusterSnapshot): void {
    for (const server of returned(this.#last, snapshot)) {
      this.#try(server, async () => await this.#takeovers.returned(server));
    }
    this.#last = snapshot;
  }

  /** To be called with each view of an operation that has ended. */
  ended(view: Operation): void {
    // A report that grows afterwards is no second end.
    if (this.#ended.has(view.id)) return;
    this.#ended.add(view.id);
    this.#try(view.id, async () => await this.#takeovers.ended(view));
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }

  #try(what: string, note: () => Promise<unknown>): void {
    clearTimeout(this.#pending.get(what));
    this.#pending.delete(what);
    note().catch((error: unknown) => {
      if (this.#closed) return;
      this.#failed(error);
      this.#pending.set(
        what,
        setTimeout(() => this.#try(what, note), AGAIN_MS),
      );
    });
  }
}
