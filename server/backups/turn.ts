import { BatonError } from '../contract/errors.ts';

/** One backup of a server at a time, of whatever kind: each costs its disk a whole reading. */
export class BackupTurn {
  #held: string | null = null;
  #free: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor() {
    this.#free.resolve();
  }

  /** What has it now; null: nobody. */
  get held(): string | null {
    return this.#held;
  }

  /** Resolves when it is given back. Somebody else who waits may take it first. */
  async free(): Promise<void> {
    await this.#free.promise;
  }

  /** Takes the turn for `what`; answers what gives it back. Throws BatonError('already-running') while it is taken. */
  take(what: string): () => void {
    if (this.#held !== null) {
      throw new BatonError('already-running', `${this.#held} of this server is being taken.`, 'Wait for its end.');
    }
    this.#held = what;
    this.#free = Promise.withResolvers();
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#held = null;
      this.#free.resolve();
    };
  }
}
