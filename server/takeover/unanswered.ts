import type { SqlError } from '../mariadb/sql-error.ts';

/** As long as a server on which writes depend is tried: then somebody must be free to fail over from it. */
const PATIENCE_MS = 5_000;

/** How long a server has given no answer to an undo: counted from the first try that failed. */
export class Unanswered {
  #since: number | null = null;

  /** To be told of each try without an answer; true once it is no use to try again now. */
  tooLong(): boolean {
    this.#since ??= performance.now();
    return performance.now() - this.#since >= PATIENCE_MS;
  }
}

/** Whether the server said nothing at all: it hangs, or the way to it, maybe by its agent, is cut. A later try may fare no better. */
export function isSilence({ kind }: SqlError): boolean {
  return kind === 'hung' || kind === 'timeout' || kind === 'deadline' || kind === 'agent';
}
