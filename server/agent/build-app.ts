import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { AgentConfiguration } from '../contract/configuration.ts';
import { BatonError, type ErrorBody } from '../contract/errors.ts';
import { visitorOf, type Tokens } from './tokens.ts';

/**
 * The agent's HTTP server without its routes: TLS where configured, tokens before all else, errors as the contract's body.
 * Rejects when a certificate, key or CA file can't be read.
 */
export async function buildApp(
  tls: AgentConfiguration['tls'],
  tokens: Tokens,
  logger: Logger,
): Promise<FastifyInstance> {
  const tlsFiles = tls && (await readTlsFiles(tls));
  const app: FastifyInstance = fastify({
    bodyLimit: 65_536,
    forceCloseConnections: 'idle',
    serverFactory: (handler) => (tlsFiles ? createTlsServer(tlsFiles, handler) : createServer(handler)),
  });
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.ticket?.(request.headers.authorization)) return;
    const visitor = visitorOf(request.headers.authorization, tokens);
    if (visitor === null) throw new BatonError('unauthenticated', 'This address needs a token.');
    if (visitor === 'reader' && !request.routeOptions.config.readers) {
      throw new BatonError('forbidden', 'This token may only read backups.');
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

async function readTlsFiles(tls: NonNullable<AgentConfiguration['tls']>) {
  const [cert, key, ca, crl] = await Promise.all([
    readFile(tls.certificate),
    readFile(tls.key),
    tls.clientCa === undefined ? undefined : readFile(tls.clientCa),
    tls.clientCrl === undefined ? undefined : readFile(tls.clientCrl),
  ]);
  return {
    cert,
    key,
    minVersion: 'TLSv1.2' as const,
    ...(ca ? { ca, requestCert: true, rejectUnauthorized: true } : {}),
    ...(crl ? { crl } : {}),
  };
}

/** What a request sees of a failure: an unexpected one does not tell its inside. */
function toBatonError(thrown: unknown): BatonError {
  if (thrown instanceof BatonError) return thrown;
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : 500;
  if (thrown instanceof Error && typeof status === 'number' && status < 500)
    return new BatonError('invalid', thrown.message);
  return new BatonError('internal', 'The agent failed at this request.', 'Its log says why.');
}
