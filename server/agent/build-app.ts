import { createServer, type RequestListener, type Server } from 'node:http';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { BatonError, type certificateRefusal, type ErrorBody } from '../contract/errors.ts';
import { roleOf, type ClientList } from '../tls/client-list.ts';
import { peerOf } from '../tls/peer.ts';
import type { SecureServers } from '../tls/secure-server.ts';
import { passUpgrades, wants } from '../tls/upgrades.ts';
import { databaseProtocol } from '../contract/agent.ts';
import type { LocalDoor } from './local-door.ts';
import { visitorOf, type Tokens, type Visitor } from './tokens.ts';

/** What the agent's door looks at. */
export interface Door {
  /** null: plain HTTP. */
  readonly secure: SecureServers | null;
  /** Who comes in by certificate; null: tokens say who it is. */
  readonly clients: ClientList | null;
  readonly tokens: Tokens;
  /** The way in for the commands of this host. */
  readonly local: LocalDoor;
}

/** The agent's HTTP server without its routes: who it is before all else, errors as the contract's body. */
export function buildApp(door: Door, logger: Logger): FastifyInstance {
  const { secure } = door;
  const app: FastifyInstance = fastify({
    bodyLimit: 65_536,
    forceCloseConnections: 'idle',
    serverFactory: (handler) => (secure ? secure.create(handler, databaseProtocol) : plainServer(handler)),
  });
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.ticket?.(request.headers.authorization)) return;
    if (admit(door, request) === 'reader' && !request.routeOptions.config.readers) {
      throw new BatonError('forbidden', 'Who may only read backups may not do this.', '', refusalDetails(door));
    }
  });
  app.setNotFoundHandler(() => {
    throw new BatonError('not-found', 'There is nothing at this address.');
  });
  app.setErrorHandler((thrown, request, reply) => {
    const error = toBatonError(thrown);
    if (error.code === 'internal') logger.error({ error: String(thrown), url: request.url }, 'request failed');
    if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
    const { code, message, next, details } = error;
    return reply.code(error.status).send({ error: { code, message, next, details } } satisfies ErrorBody);
  });
  return app;
}

function plainServer(handler: RequestListener): Server {
  const server = createServer({ shouldUpgradeCallback: wants(databaseProtocol) }, handler);
  passUpgrades(server, handler, databaseProtocol);
  return server;
}

/** Says that it is about the certificate, so that nobody goes and looks for a token. */
const refusalDetails = ({ clients }: Door): z.infer<typeof certificateRefusal> | null =>
  clients === null ? null : { certificate: true };

/** Who asks: a command of this host by the token it can read, another by its certificate where there is a list of them, else by its token. */
function admit({ clients, tokens, local }: Door, request: FastifyRequest): Visitor {
  if (local.admits(request.raw)) return 'console';
  if (clients === null) {
    const visitor = visitorOf(request.headers.authorization, tokens);
    if (visitor === null) throw new BatonError('unauthenticated', 'This address needs a token.');
    return visitor;
  }
  const peer = peerOf(request.raw.socket, new Date());
  const role = peer.kind === 'good' ? roleOf(peer, clients) : null;
  if (role !== null) return role === 'console' ? 'console' : 'reader';
  const who = peer.kind === 'good' ? `${peer.subject}, ${peer.fingerprint},` : 'shown';
  throw new BatonError(
    'unauthenticated',
    `The client certificate ${who} is not on the list of agent.tls.clients.`,
    'Add its name or fingerprint to the list of this agent.',
    { certificate: true },
  );
}

/** What a request sees of a failure: an unexpected one does not tell its inside. */
function toBatonError(thrown: unknown): BatonError {
  if (thrown instanceof BatonError) return thrown;
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : 500;
  if (thrown instanceof Error && typeof status === 'number' && status < 500)
    return new BatonError('invalid', thrown.message);
  return new BatonError('internal', 'The agent failed at this request.', 'Its log says why.');
}
