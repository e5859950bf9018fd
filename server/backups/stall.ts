/** A signal that aborts when nothing has come for too long. */
export class Stall {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** `reason`: what it aborts with. */
  constructor(timeoutMs: number, reason: string) {
    this.#timer = setTimeout(() => this.#abort.abort(new Error(reason)), timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Something came. */
  refresh(): void {
    this.#timer.refresh();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** Until 10.6 mariadb-backup says each second how far it has looked through the log, also where it does nothing else any more. */
export function tellsProgress(said: string): boolean {
  return said.split('\n').some((line) => line.trim() !== '' && !line.includes('log scanned up to'));
}
