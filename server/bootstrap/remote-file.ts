import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { BatonError, messageOf } from '../contract/errors.ts';
import { openUrl, type HttpAccess } from './open-url.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** How long is waited for the other end. */
export interface Patience {
  /** For the next byte, on one connection. */
  readonly silenceMs: number;
  /** For one more byte, over all connections that are tried. */
  readonly patienceMs: number;
}

/** A silent link is tried anew before a proxy on the way would cut it; a server that is started again takes a minute. */
export const usualPatience: Patience = { silenceMs: 30_000, patienceMs: 180_000 };

interface Where {
  readonly url: URL;
  readonly access: HttpAccess;
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

/** What the server said of a file when it was opened. */
export interface FileHead {
  readonly bytes: number | null;
  /** Where it is really, as the server says; null where it does not. */
  readonly location: string | null;
  /** In hexadecimal (Repr-Digest, RFC 9530); null where the server gives none. */
  readonly sha256: string | null;
}

/**
 * A file of any static HTTP server, read once from its first byte to its last. A connection that breaks is taken up again
 * where it broke: by a range where the server gives them on the condition that it is the same file, else from the
 * beginning, and then what was read already has to come again byte for byte.
 */
export class RemoteFile {
  readonly head: FileHead;
  readonly #where: Where;
  readonly #patience: Patience;
  readonly #signal: AbortSignal;
  readonly #validator: string | null;
  readonly #etag: string | null;
  #answer: IncomingMessage | null;
  #closed = false;
  #position = 0;
  #sha256: string | null = null;

  private constructor(answer: IncomingMessage, where: Where) {
    const { headers } = answer;
    this.#answer = answer;
    this.#where = where;
    this.#signal = where.signal;
    this.#patience = where.patience;
    this.#etag = headers.etag ?? null;
    // A weak tag may stay the same while bytes change.
    const strong = headers.etag?.startsWith('"') ? headers.etag : null;
    this.#validator = strong ?? headers['last-modified'] ?? null;
    const length = headers['content-length'];
    const digest = /sha-256=:([A-Za-z0-9+/=]+):/.exec(String(headers['repr-digest'] ?? ''))?.[1];
    this.head = {
      bytes: length === undefined ? null : Number(length),
      location: headers['content-location'] ?? null,
      sha256: digest === undefined ? null : Buffer.from(digest, 'base64').toString('hex'),
    };
  }

  /** Asks for the file; its bytes come when they are read. Rejects with BatonError: refused, not-found, unavailable. */
  static async open(
    url: URL,
    options: { readonly access: HttpAccess; readonly signal: AbortSignal; readonly patience?: Patience },
  ): Promise<RemoteFile> {
    const { access, signal, patience = usualPatience } = options;
    const where = { url, access, signal, patience };
    return new RemoteFile(await untilOpened(where, {}, performance.now() + patience.patienceMs), where);
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#position;
  }

  /** Of what was read, in hexadecimal; null before all of it was. */
  get sha256(): string | null {
    return this.#sha256;
  }

  /** Ends a file that is not read any more. */
  close(): void {
    this.#closed = true;
    this.#answer?.destroy();
  }

  /** All of its bytes, once. Rejects with BatonError('unavailable') when it is not whole and does not come back. */
  async *read(): AsyncGenerator<Buffer, void, undefined> {
    const seen = createHash('sha256');
    let answer = this.#answer;
    let until = performance.now() + this.#patience.patienceMs;
    for (let broken = 0; ; broken += 1) {
      let reason = 'the connection was closed';
      try {
        answer ??= await this.#takeUp(until);
        this.#answer = answer;
        const again = answer.statusCode === 206 ? null : new Again(this.#position, seen.copy());
        for await (const chunk of timed(answer, this.#patience.silenceMs)) {
          const fresh = again ? again.beyond(chunk) : chunk;
          if (fresh === null) throw this.#changed();
          if (fresh.length === 0) continue;
          seen.update(fresh);
          this.#position += fresh.length;
          yield fresh;
          // The reader may have been slow: its time is not the server's.
          until = performance.now() + this.#patience.patienceMs;
          broken = 0;
        }
        if (answer.complete && (this.head.bytes === null || this.#position === this.head.bytes)) {
          this.#sha256 = seen.digest('hex');
          return;
        }
      } catch (error) {
        this.#signal.throwIfAborted();
        if (this.#closed || error instanceof BatonError) throw error;
        reason = messageOf(error);
      }
      answer = null;
      if (performance.now() > until) throw this.#givenUp(reason);
      await delay(pauseMs(broken), undefined, { signal: this.#signal });
    }
  }

  /** The rest behind what was read, or all of it anew. */
  async #takeUp(until: number): Promise<IncomingMessage> {
    const position = this.#position;
    const headers: Record<string, string> =
      position > 0 && this.#validator !== null ? { range: `bytes=${position}-`, 'if-range': this.#validator } : {};
    const answer = await untilOpened(this.#where, headers, until);
    if (answer.statusCode === 206) {
      const range = answer.headers['content-range'] ?? '';
      const total = this.head.bytes;
      if (range.startsWith(`bytes ${position}-`) && (total === null || range.endsWith(`/${total}`))) return answer;
    } else {
      const length = answer.headers['content-length'];
      const isSame = (answer.headers.etag ?? null) === this.#etag;
      if (isSame && (length === undefined || Number(length) === this.head.bytes)) return answer;
    }
    answer.destroy();
    throw this.#changed();
  }

  #changed(): BatonError {
    return new BatonError(
      'unavailable',
      `${shown(this.#where.url)} changed while it was read: the connection broke, and the rest is of another file.`,
      'Run this again.',
    );
  }

  #givenUp(reason: string): BatonError {
    const of = this.head.bytes === null ? '' : ` of ${this.head.bytes}`;
    return new BatonError(
      'unavailable',
      `${shown(this.#where.url)} broke off after ${this.#position}${of} bytes, and did not come back within ${this.#patience.patienceMs / 1000} s: ${reason}.`,
      'Run this again.',
    );
  }
}

/** An address without what may be secret in it. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** Tries until the server answers for good. Rejects with BatonError. */
async function untilOpened(
  { url, access, signal, patience }: Where,
  headers: Readonly<Record<string, string>>,
  until: number,
): Promise<IncomingMessage> {
  for (let tries = 0; ; tries += 1) {
    const answer = await openUrl(url, { access, headers, signal, timeoutMs: patience.silenceMs });
    if (answer.kind === 'opened') return answer.answer;
    if (answer.kind === 'refused') throw answer.error;
    if (performance.now() > until) {
      throw new BatonError('unavailable', `${shown(url)} does not answer: ${answer.reason}.`, 'Run this again.');
    }
    await delay(pauseMs(tries), undefined, { signal });
  }
}

const pauseMs = (tries: number): number => Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS);

/** Its chunks; rejects where none comes for so long. Ending the loop ends the answer. */
async function* timed(answer: IncomingMessage, silenceMs: number): AsyncGenerator<Buffer, void, undefined> {
  const chunks: AsyncIterator<unknown> = answer[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(() => answer.destroy(new Error(`nothing came for ${silenceMs / 1000} s`)), silenceMs);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      if (Buffer.isBuffer(next.value)) yield next.value;
    }
  } finally {
    answer.destroy();
  }
}

/** The beginning of a file that comes once more. */
class Again {
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
