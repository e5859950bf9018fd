import type { FastifyRequest } from 'fastify';
import type { Engine } from '../../console/engine.ts';
import { BatonError } from '../../contract/errors.ts';
import type { Api } from '../api.ts';

/** Each is of some proxy; one that is told to hide the visitor's address often leaves another of them. */
const forwardingHeader = /^(forwarded|via|x-real-ip|x-forwarded-.*)$/;

/**
 * GET /metrics: Prometheus text, for whoever is signed in or sends a token, for a unix socket of the listener, and for
 * loopback where the configuration allows it; never for what a proxy on loopback passes on for somebody else.
 */
export function metricsRoute(api: Api, engine: Engine, allowLoopback: () => boolean): void {
  api.get('/metrics', {
    config: { open: true },
    schema: { hide: true },
    handler: async (request, reply) => {
      if (request.visitor === null && !mayScrape(request, allowLoopback())) {
        throw new BatonError('unauthenticated', 'Metrics ask for a token.', 'Send Authorization: Bearer TOKEN.');
      }
      if (request.visitor !== null && request.visitor.actor.takeover !== null) {
        throw new BatonError(
          'forbidden',
          'This token is for a takeover and nothing else.',
          'Send a token of a viewer.',
        );
      }
      return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await engine.metrics());
    },
  });
}

function mayScrape(request: FastifyRequest, allowLoopback: boolean): boolean {
  if (Object.keys(request.headers).some((name) => forwardingHeader.test(name))) return false;
  const peer = request.raw.socket.remoteAddress;
  if (peer === undefined) return true;
  return allowLoopback && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(peer);
}
