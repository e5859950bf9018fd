import { createHash, type Hash } from 'node:crypto';

/** The beginning of a file that comes once more. */
export class ComesAgain {
  #left: number;
  readonly #expected: Hash;
  readonly #hash = createHash('sha256');

  constructor(bytes: number, expected: Hash) {
    this.#left = bytes;
    this.#expected = expected;
  }

  /** What of the chunk is new; null where what came before is not what it was. */
  beyond(chunk: Buffer): Buffer | null {
    if (this.#left === 0) return chunk;
    const known = chunk.subarray(0, this.#left);
    this.#hash.update(known);
    this.#left -= known.length;
    if (this.#left === 0 && this.#hash.digest('hex') !== this.#expected.digest('hex')) return null;
    return chunk.subarray(known.length);
  }
}
