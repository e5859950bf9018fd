import { connect as connectPlain, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { connectSecurely, type SecureClient } from '../tls/secure-client.ts';
import { bodyLength, parseAnswerHead, type AnswerHead } from './raw-answer.ts';

/** Read and written in one piece: with 64 KiB the same bytes cost half as much processor time again. */
const bufferBytes = 262_144;
const keepAliveMs = 30_000;

export interface RawRequest {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  /** How an https server is known. */
  readonly secure: SecureClient;
  /** For the head. The body has no deadline: it goes at the reader's pace. */
  readonly timeoutMs: number;
}

/** An answer whose head is there and whose body waits. One of sendTo and destroy must be called. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Sends the body into a socket, at its pace, holding one buffer. Resolves with the bytes that were handed over when all
   * is there or either side broke off; never rejects. Destroys `out` when the body is not whole: it has to tell the reader.
   */
  sendTo(out: Socket): Promise<{ readonly bytes: number; readonly whole: boolean }>;
  destroy(): void;
}

/**
 * Asks for something large on a connection of its own, reading into one buffer that is used again and again: node:http
 * allocates, parses and queues each 64 KiB, which takes three times the processor time a gigabyte (measured).
 * Rejects with the reason when no head comes within the deadline.
 */
export function openRaw(asked: RawRequest): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const receiver = new Receiver(asked.method, resolve, reject);
  const head = Object.entries({ host: asked.url.host, ...asked.headers, connection: 'close' });
  // Values from a browser's request come here parsed by node:http, which lets no line end through.
  const lines = head.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, '')}\r\n`).join('');
  receiver.begin(
    open(asked, receiver),
    `${asked.method} ${asked.url.pathname} HTTP/1.1\r\n${lines}\r\n`,
    asked.timeoutMs,
  );
  return promise;
}

function open({ url, secure }: RawRequest, receiver: Receiver): Socket {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol === 'http:') {
    const callback = (bytes: number, buffer: Uint8Array): boolean =>
      receiver.read(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
    const onread = { buffer: Buffer.allocUnsafe(bufferBytes), callback };
    return connectPlain({ host, port: Number(url.port || 80), onread });
  }
  const socket = connectSecurely({ host, port: Number(url.port || 443) }, secure);
  // Here no buffer can be shared: a TLS socket hands on all that it has decrypted, also after it was told to stop.
  return socket.on('data', (piece: Buffer) => {
    if (!receiver.read(piece)) socket.pause();
  });
}

/** Takes what a socket reads: the head first, then the body, once somebody wants it. */
class Receiver {
  readonly #method: 'GET' | 'HEAD';
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #closed = Promise.withResolvers<void>();
  /** `out` has taken all, or is closed. */
  readonly #handedOver = Promise.withResolvers<void>();
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | undefined;
  #head: AnswerHead | null = null;
  /** Before the head: what there is of it. After: the beginning of the body that came with it. */
  #kept = Buffer.alloc(0);
  #length = 0;
  /** Handed to `out`, and taken by it. */
  #given = 0;
  #taken = 0;
  #out: Socket | null = null;

  constructor(method: 'GET' | 'HEAD', resolve: (answer: RawAnswer) => void, reject: (error: Error) => void) {
    this.#method = method;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(socket: Socket, request: string, timeoutMs: number): void {
    this.#socket = socket;
    // Over TLS the server is known before anything is said to it.
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      if (!socket.destroyed) socket.write(request);
    });
    socket.setKeepAlive(true, keepAliveMs);
    this.#timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    let failure: Error | null = null;
    socket.once('error', (error) => (failure = error));
    socket.once('close', () => {
      clearTimeout(this.#timer);
      this.#reject(failure ?? new Error('it closed the connection'));
      this.#closed.resolve();
    });
  }

  /** False: no more, until the socket is resumed; then the memory of the piece is free again. */
  read(piece: Buffer): boolean {
    if (this.#head === null) return this.#readHead(piece);
    if (this.#out !== null) return this.#pass(piece);
    // What a TLS socket had decrypted already when it was told to stop: nobody takes the body yet.
    this.#kept = Buffer.concat([this.#kept, piece]);
    return false;
  }

  #readHead(piece: Buffer): boolean {
    this.#kept = Buffer.concat([this.#kept, piece]);
    try {
      const head = parseAnswerHead(this.#kept);
      if (head === null) return true;
      this.#length = bodyLength(head, this.#method);
      this.#kept = this.#kept.subarray(head.bytes);
      this.#head = head;
    } catch (error) {
      this.#socket?.destroy(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    clearTimeout(this.#timer);
    const { status, headers } = this.#head;
    this.#resolve({
      status,
      headers,
      sendTo: (out) => this.#sendTo(out),
      destroy: () => void this.#socket?.destroy(),
    });
    return false;
  }

  async #sendTo(out: Socket): Promise<{ bytes: number; whole: boolean }> {
    const stop = (): void => {
      this.#socket?.destroy();
      this.#handedOver.resolve();
    };
    this.#out = out;
    out.once('close', stop);
    if (out.destroyed || this.#length === 0) stop();
    else if (this.#pass(this.#kept)) this.#socket?.resume();
    await this.#closed.promise;
    // The other end may have closed behind its last byte while that was still on its way into `out`.
    if (this.#given === this.#length) await this.#handedOver.promise;
    out.off('close', stop);
    const whole = this.#taken === this.#length;
    if (!whole) out.destroy();
    return { bytes: this.#taken, whole };
  }

  /** Hands a piece on. True when the buffer can be filled again at once: the kernel has taken the bytes. */
  #pass(piece: Buffer): boolean {
    const out = this.#out;
    if (out === null || out.destroyed) return false;
    const bytes = piece.subarray(0, this.#length - this.#given);
    if (bytes.length === 0) return true;
    this.#given += bytes.length;
    out.write(bytes, (error) => {
      // A broken `out` is closed, and that ends all of it.
      if (error) return;
      this.#taken += bytes.length;
      if (this.#taken === this.#length) {
        this.#socket?.destroy();
        this.#handedOver.resolve();
      } else if (out.writableLength === 0) this.#socket?.resume();
    });
    return out.writableLength === 0;
  }
}
