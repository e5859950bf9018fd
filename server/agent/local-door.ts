import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { replaceFile } from '../files/durable-file.ts';

/** Whoever may read it may do all on this host's agent, as the agent's own user can anyway. */
export const localTokenFile = 'local-token';

/**
 * Where the commands of this host find its agent: a socket in the abstract namespace, since the path to a state directory
 * may be longer than a socket's name, and which is gone with its agent.
 */
export async function localSocket(stateDirectory: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await realpath(stateDirectory))
    .digest('hex');
  return `\0baton-agent-${digest.slice(0, 32)}`;
}

/** Lets the commands on this host in, by a token that its state directory keeps; whatever the network side asks for. */
export class LocalDoor {
  readonly #token = randomBytes(32).toString('hex');
  readonly #stateDirectory: string;
  #server: Server | null = null;

  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
  }

  /** Begins to listen. Rejects where another agent of this state directory does. */
  async open(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
    const server = createServer(handle);
    server.listen(await localSocket(this.#stateDirectory));
    try {
      await once(server, 'listening');
    } catch (error) {
      throw new Error(`agent.stateDirectory: another agent uses ${this.#stateDirectory}`, { cause: error });
    }
    this.#server = server;
    await replaceFile(join(this.#stateDirectory, localTokenFile), this.#token);
  }

  /** Whether the request came in here and shows the token. */
  admits({ socket, headers }: IncomingMessage): boolean {
    // A connection of the network has an address; one of a configured unix socket has not, and does not know the token.
    if (this.#server === null || socket.remoteAddress !== undefined) return false;
    const shown = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(digestOf(shown), digestOf(this.#token));
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
