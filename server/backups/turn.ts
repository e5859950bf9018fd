import { BatonError } from '../contract/errors.ts';

/** One backup of a server at a time, of whatever kind: each costs its disk a whole reading. */
export class BackupTurn {
  #held: string | null = null;

  /** Takes the turn for `what`; answers what gives it back. Throws BatonError('already-running') while it is taken. */
  take(what: string): () => void {
    if (this.#held !== null) {
      throw new BatonError('already-running', `${this.#held} of this server is being taken.`, 'Wait for its end.');
    }
    this.#held = what;
    let given = false;
    return () => {
      if (!given) this.#held = null;
      given = true;
    };
  }
}
