import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { reservePort, type ReservedPort } from './ports.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** What a relay does to the bytes that come to it. */
export type RelayMode =
  | { readonly kind: 'open' }
  /** Connections are reset, new ones refused: a cable pulled, with a switch that says so. */
  | { readonly kind: 'cut' }
  /** Connections stay or are accepted, and nothing passes: a firewall that drops. Held bytes pass once it is open again. */
  | { readonly kind: 'black-hole' }
  /** Each slice of bytes waits delayMs, and no more than bytesPerSecond pass in each direction. */
  | { readonly kind: 'slow'; readonly delayMs?: number; readonly bytesPerSecond?: number };

/** A TCP relay on 127.0.0.1 between two parties, to disturb them. */
export class Relay {
  readonly host = '127.0.0.1';
  readonly #target: () => Address;
  readonly #reserved: ReservedPort;
  readonly #sockets = new Set<Socket>();
  #listener: Server | null = null;
  #mode: RelayMode = { kind: 'open' };
  #reopened = Promise.withResolvers<void>();

  constructor(reserved: ReservedPort, target: () => Address) {
    this.#reserved = reserved;
    this.#target = target;
  }

  get port(): number {
    return this.#reserved.port;
  }

  get mode(): RelayMode {
    return this.#mode;
  }

  /** Changes what happens, for connections that are open too; resolves when it is so. */
  async set(mode: RelayMode): Promise<void> {
    this.#mode = mode;
    if (mode.kind === 'cut') {
      await this.#stopListening();
    } else if (!this.#listener) {
      this.#listener = await this.#listen();
    }
    if (mode.kind !== 'black-hole') {
      this.#reopened.resolve();
      this.#reopened = Promise.withResolvers<void>();
    }
  }

  async cut(): Promise<void> {
    await this.set({ kind: 'cut' });
  }

  async blackHole(): Promise<void> {
    await this.set({ kind: 'black-hole' });
  }

  async restore(): Promise<void> {
    await this.set({ kind: 'open' });
  }

  /** Ends it all and gives the port back. */
  async close(): Promise<void> {
    await this.cut();
    this.#reserved.release();
  }

  async #listen(): Promise<Server> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (near) => void this.#join(near));
    listener.listen({ host: this.host, port: this.port });
    await once(listener, 'listening');
    return listener;
  }

  async #stopListening(): Promise<void> {
    const listener = this.#listener;
    this.#listener = null;
    const closed = listener ? new Promise((resolve) => listener.close(resolve)) : null;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  async #join(near: Socket): Promise<void> {
    this.#watch(near, () => undefined);
    await this.#passing();
    if (near.destroyed) return;
    const { host, port } = this.#target();
    const far = createConnection({ host, port, allowHalfOpen: true, noDelay: true });
    this.#watch(near, () => far.destroy());
    this.#watch(far, () => near.destroy());
    void this.#pump(near, far);
    void this.#pump(far, near);
  }

  /** A connection that fails takes the other one with it, as a lost one between the parties would. */
  #watch(socket: Socket, failed: () => void): void {
    this.#sockets.add(socket);
    socket.once('error', failed);
    socket.once('close', (hadError) => {
      this.#sockets.delete(socket);
      if (hadError) failed();
    });
  }

  async #pump(from: Socket, to: Socket): Promise<void> {
    try {
      const chunks: AsyncIterable<Buffer> = from;
      for await (const chunk of chunks) {
        for (const slice of this.#slices(chunk)) {
          await this.#passing();
          const waitMs = this.#waitMs(slice.length);
          if (waitMs > 0) await delay(waitMs);
          if (to.destroyed) return;
          if (!to.write(slice)) await once(to, 'drain');
        }
      }
      to.end();
    } catch {
      to.destroy();
    }
  }

  async #passing(): Promise<void> {
    while (this.#mode.kind === 'black-hole') await this.#reopened.promise;
  }

  *#slices(chunk: Buffer): Generator<Buffer> {
    const rate = this.#mode.kind === 'slow' ? this.#mode.bytesPerSecond : undefined;
    // Twenty slices a second: even, without a timer for each packet.
    const size = rate === undefined ? chunk.length : Math.max(1, Math.ceil(rate / 20));
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
  }

  #waitMs(bytes: number): number {
    if (this.#mode.kind !== 'slow') return 0;
    const { delayMs = 0, bytesPerSecond } = this.#mode;
    return delayMs + (bytesPerSecond === undefined ? 0 : (bytes / bytesPerSecond) * 1000);
  }
}

/** Opens a relay to what `target` names at each connection, on a free port. */
export async function openRelay(target: () => Address): Promise<Relay> {
  const relay = new Relay(await reservePort(), target);
  await relay.restore();
  return relay;
}
