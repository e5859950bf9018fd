import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { databasePath, databaseProtocol, type DatabaseRefusal } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { upgradeOf } from '../tls/upgrades.ts';

/** A console has two for its look and seven for a takeover; several consoles may watch a server. */
const maxTunnels = 64;
/** A local socket answers at once; only a full queue of a server that hangs does not. */
const connectTimeoutMs = 2_000;
/** A console whose host is gone is noticed by then, and its session ended. */
const keepAliveMs = 10_000;

/**
 * GET /v1/database: hands the protocol of the database through to the one server of this agent, for the console alone. Answers
 * what ends all of it.
 */
export function serveDatabase(
  app: FastifyInstance,
  { socket: path, tunnel }: { readonly socket: string; readonly tunnel: boolean },
): () => void {
  const open = new Set<Socket>();
  let places = maxTunnels;
  let ended = false;
  app.get(databasePath, async (request, reply) => {
    if (!tunnel) {
      const next = 'Set agent.server.tunnel: true in its configuration.';
      throw new BatonError('refused', 'This agent does not hand the database through.', next);
    }
    if (places === 0) {
      throw new BatonError('slow-down', `${maxTunnels} connections go through this agent already.`);
    }
    const upgrade = upgradeOf(request.raw);
    if (upgrade === null) throw new BatonError('invalid', `This address takes an upgrade to ${databaseProtocol} only.`);
    // Taken before the wait: others ask meanwhile.
    places -= 1;
    const database = await opened(path).catch((error: unknown) => {
      places += 1;
      throw error;
    });
    database.once('close', () => (places += 1));
    if (ended || request.raw.socket.destroyed) {
      database.destroy();
      throw new BatonError('unavailable', 'This agent ends, or reads its configuration again.', 'Try again.');
    }
    reply.hijack();
    const client = upgrade.accept();
    open.add(client);
    client.setNoDelay(true).setKeepAlive(true, keepAliveMs);
    join(client, database);
    database.once('close', () => open.delete(client));
  });
  return () => {
    ended = true;
    for (const client of open) client.destroy();
  };
}

/**
 * Each end is read as fast as the other takes it. The protocol knows no half of a connection: a client that has closed its end
 * is gone, also where the server hangs and would hold it. What the server says last is handed on before its close.
 */
function join(client: Socket, database: Socket): void {
  client.pipe(database, { end: false });
  database.pipe(client);
  client.once('end', () => database.destroySoon());
  client.once('close', () => database.destroy());
  database.once('close', () => client.destroySoon());
  database.on('error', () => database.destroy());
}

/** A connection to the socket. Rejects with BatonError unavailable, with a DatabaseRefusal where that tells of the server. */
async function opened(path: string): Promise<Socket> {
  const socket = connect({ path });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => socket.destroy(new SilentError()), connectTimeoutMs);
  socket.once('connect', resolve);
  socket.once('error', reject);
  try {
    await promise;
    socket.off('error', reject);
    return socket;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const database = reasons[code];
    const message = error instanceof Error ? error.message : String(error);
    throw new BatonError('unavailable', message, '', database && ({ database } satisfies DatabaseRefusal));
  } finally {
    clearTimeout(timer);
  }
}

class SilentError extends Error {
  readonly code = 'EAGAIN';
  constructor() {
    super(`no answer at the socket within ${connectTimeoutMs / 1000} s`);
  }
}

/**
 * ECONNREFUSED: no process has the socket open. EAGAIN: the queue of a server that takes no connection any more is full. A file
 * that is not there says nothing of the server: somebody may have removed it, or shows the agent another /tmp (PrivateTmp).
 */
const reasons: Readonly<Record<string, DatabaseRefusal['database']>> = {
  ECONNREFUSED: 'refused',
  EAGAIN: 'hung',
};
