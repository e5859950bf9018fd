import { StringDecoder } from 'node:string_decoder';

/** The beginning is passed on as it comes; of what follows the end is kept, since failures are said last. */
const HEAD_BYTES = 16 * 1024;
const TAIL_BYTES = 8 * 1024;

/** The output of a hook on its way into a log: bounded, and without what would move the cursor of a terminal. */
export class HookOutput {
  readonly #pass: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #passed = 0;
  #tail = '';
  #leftOut = 0;

  constructor(pass: (text: string) => void) {
    this.#pass = pass;
  }

  add(bytes: Buffer): void {
    this.#take(this.#decoder.write(bytes));
  }

  /** Passes on what was kept of the end. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#leftOut > 0) this.#pass(`\n… ${this.#leftOut} characters left out …\n`);
    if (this.#tail !== '') this.#pass(this.#tail);
    this.#tail = '';
    this.#leftOut = 0;
  }

  #take(raw: string): void {
    if (raw === '') return;
    const text = raw.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD');
    const head = text.slice(0, HEAD_BYTES - this.#passed);
    this.#passed += head.length;
    if (head !== '') this.#pass(head);
    const all = this.#tail + text.slice(head.length);
    this.#leftOut += Math.max(0, all.length - TAIL_BYTES);
    this.#tail = all.slice(-TAIL_BYTES);
  }
}
