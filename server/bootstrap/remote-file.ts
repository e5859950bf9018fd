import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { BatonError, messageOf } from '../contract/errors.ts';
import { ComesAgain } from './comes-again.ts';
import type { HttpAccess } from './open-url.ts';
import { pauseMs, shown, timed, untilOpened, usualPatience, type Patience, type Where } from './until-opened.ts';

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
        const again = answer.statusCode === 206 ? null : new ComesAgain(this.#position, seen.copy());
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
    const answer = await untilOpened(this.#where, headers, until).catch((error: unknown) => {
      throw error instanceof BatonError && error.code === 'unavailable' ? this.#givenUp(String(error.details)) : error;
    });
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
