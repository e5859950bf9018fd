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
