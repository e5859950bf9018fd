import { ServerResponse, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { Socket } from 'node:net';

/** A client that asks for another protocol. */
export interface Upgrade {
  /** Agrees, and answers the connection: it is the caller's from then on. */
  accept(): Socket;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** Whether a request asks for that protocol. */
export const wants =
  (protocol: string) =>
  ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
    headers.upgrade?.toLowerCase() === protocol;

/**
 * Has a request for another protocol handled as every request is, so that the same door decides about it and a refusal is an
 * answer with its reason; the handler finds it by upgradeOf. The server was made with `shouldUpgradeCallback: wants(protocol)`:
 * other upgrades (curl offers h2c) stay ordinary requests.
 */
export function passUpgrades(server: Server, handler: RequestListener, protocol: string): void {
  server.on('upgrade', (request: IncomingMessage, socket: unknown, head: Buffer) => {
    if (!(socket instanceof Socket)) return;
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    socket.on('error', () => socket.destroy());
    upgrades.set(request, {
      accept() {
        response.detachSocket(socket);
        socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${protocol}\r\n\r\n`);
        if (head.length > 0) socket.unshift(head);
        return socket;
      },
    });
    handler(request, response);
  });
}

/** What the request asks for; null: it is an ordinary one. */
export function upgradeOf(request: IncomingMessage): Upgrade | null {
  return upgrades.get(request) ?? null;
}
