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

/** Whose end of a connection has that port on this machine; null: nobody's that is known. */
export type Identify = (port: number) => Promise<string | null>;

/** A TCP relay on 127.0.0.1 between two parties, to disturb them. */
export class Relay {
  readonly host = '127.0.0.1';
  readonly #target: () => Address;
  readonly #reserved: ReservedPort;
  readonly #identify: Identify | null;
  readonly #sockets = new Map<Socket, string | null>();
  #listener: Server | null = null;
  #mode: RelayMode = { kind: 'open' };
  readonly #modeOf = new Map<string, RelayMode>();
  #reopened = Promise.withResolvers<void>();

  constructor(reserved: ReservedPort, target: () => Address, identify: Identify | null = null) {
    this.#reserved = reserved;
    this.#target = target;
    this.#identify = identify;
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
    this.#lookAgain();
  }

  /** As set, for the connections of that client alone (where the relay can tell clients apart); its new ones are reset when cut. */
  setFor(client: string, mode: RelayMode): void {
    if (mode.kind === 'open') this.#modeOf.delete(client);
    else this.#modeOf.set(client, mode);
    if (mode.kind === 'cut') this.#reset((of) => of === client);
    this.#lookAgain();
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
    this.#reset(() => true);
    await closed;
  }

  #reset(whose: (client: string | null) => boolean): void {
    for (const [socket, client] of this.#sockets) if (whose(client)) socket.resetAndDestroy();
  }

  #lookAgain(): void {
    this.#reopened.resolve();
    this.#reopened = Promise.withResolvers<void>();
  }

  #modeFor(client: string | null): RelayMode {
    const own = client === null || this.#mode.kind !== 'open' ? undefined : this.#modeOf.get(client);
    return own ?? this.#mode;
  }

  async #join(near: Socket): Promise<void> {
    this.#watch(near, null, () => undefined);
    const client = near.remotePort === undefined ? null : ((await this.#identify?.(near.remotePort)) ?? null);
    this.#watch(near, client, () => undefined);
    if (this.#modeFor(client).kind === 'cut') near.resetAndDestroy();
    await this.#passing(client);
    if (near.destroyed) return;
    const { host, port } = this.#target();
    const far = createConnection({ host, port, allowHalfOpen: true, noDelay: true });
    this.#watch(near, client, () => far.destroy());
    this.#watch(far, client, () => near.destroy());
    void this.#pump(near, far, client);
    void this.#pump(far, near, client);
  }

  /** A connection that fails takes the other one with it, as a lost one between the parties would. */
  #watch(socket: Socket, client: string | null, failed: () => void): void {
    if (socket.destroyed) return;
    this.#sockets.set(socket, client);
    socket.once('error', failed);
    socket.once('close', (hadError) => {
      this.#sockets.delete(socket);
      if (hadError) failed();
    });
  }

  async #pump(from: Socket, to: Socket, client: string | null): Promise<void> {
    try {
      const chunks: AsyncIterable<Buffer> = from;
      for await (const chunk of chunks) {
        for (const slice of this.#slices(chunk, this.#modeFor(client))) {
          await this.#passing(client);
          const waitMs = waitOf(this.#modeFor(client), slice.length);
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

  async #passing(client: string | null): Promise<void> {
    while (this.#modeFor(client).kind === 'black-hole') await this.#reopened.promise;
  }

  *#slices(chunk: Buffer, mode: RelayMode): Generator<Buffer> {
    const rate = mode.kind === 'slow' ? mode.bytesPerSecond : undefined;
    // Twenty slices a second: even, without a timer for each packet.
    const size = rate === undefined ? chunk.length : Math.max(1, Math.ceil(rate / 20));
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
  }
}

function waitOf(mode: RelayMode, bytes: number): number {
  if (mode.kind !== 'slow') return 0;
  const { delayMs = 0, bytesPerSecond } = mode;
  return delayMs + (bytesPerSecond === undefined ? 0 : (bytes / bytesPerSecond) * 1000);
}

/** Opens a relay to what `target` names at each connection, on a free port. With `identify` it can tell clients apart. */
export async function openRelay(target: () => Address, identify: Identify | null = null): Promise<Relay> {
  const relay = new Relay(await reservePort(), target, identify);
  await relay.restore();
  return relay;
}
