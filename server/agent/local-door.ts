import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { replaceFile } from '../files/durable-file.ts';
import { lockDirectory } from '../files/lock-directory.ts';
import { bearerIn, digestOf, isDigestOf } from './secret.ts';

/** Whoever may read it may do all on this host's agent, as the agent's own user can anyway. */
export const localTokenFile = 'local-token';

/** The name of its socket, which nobody else can guess and take first. */
const localSocketFile = 'local-socket';

/**
 * Where the commands of this host find its agent, and what they show there: a socket in the abstract namespace, since the path
 * to a state directory may be longer than a socket's name, and which is gone with its agent. Rejects where there is none.
 */
export async function readLocalDoor(stateDirectory: string): Promise<{ token: string; socketPath: string }> {
  const [token, name] = await Promise.all(
    [localTokenFile, localSocketFile].map(async (file) => await readFile(join(stateDirectory, file), 'utf8')),
  );
  if (!token || !name) throw new Error(`${stateDirectory} has no token of an agent`);
  return { token, socketPath: `\0${name}` };
}

/** Lets the commands on this host in, by a token that its state directory keeps; whatever the network side asks for. */
export class LocalDoor {
  readonly #token = randomBytes(32).toString('hex');
  readonly #stateDirectory: string;
  #server: Server | null = null;
  #unlock: (() => Promise<void>) | null = null;

  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
  }

  /** Begins to listen. Rejects where another agent of this state directory does. */
  async open(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
    this.#unlock = await lockDirectory(this.#stateDirectory);
    if (this.#unlock === null) throw new Error(`agent.stateDirectory: another agent uses ${this.#stateDirectory}`);
    const name = `baton-agent-${randomBytes(16).toString('hex')}`;
    const server = createServer(handle).listen(`\0${name}`);
    await once(server, 'listening');
    this.#server = server;
    await replaceFile(join(this.#stateDirectory, localSocketFile), name);
    await replaceFile(join(this.#stateDirectory, localTokenFile), this.#token);
  }

  /** Whether the request came in here and shows the token. */
  admits({ socket, headers }: IncomingMessage): boolean {
    // A connection of the network has an address; one of a configured unix socket has not, and does not know the token.
    if (this.#server === null || socket.remoteAddress !== undefined) return false;
    return isDigestOf(digestOf(this.#token), bearerIn(headers.authorization));
  }

  /** Lets nobody in any more; when this resolves, another agent may use the state directory. */
  async close(): Promise<void> {
    this.#server?.close();
    this.#server?.closeAllConnections();
    await this.#unlock?.();
  }
}
