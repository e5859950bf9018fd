import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Actor } from '../console/engine.ts';
import { BatonError } from '../contract/errors.ts';
import type { Visitor } from './gate.ts';

/** The fastify instance that routes are added to: their zod schemas are their types. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** null for a request without a good proof of who sends it. */
    visitor: Visitor | null;
  }
  interface FastifyContextConfig {
    /** True: answered without sign-in. */
    open?: boolean;
  }
}

/** Who asks. Rejects with BatonError `unauthenticated` where nobody is signed in. */
export function visitorOf(request: FastifyRequest): Visitor {
  if (request.visitor === null) throw new BatonError('unauthenticated', 'Nobody is signed in.', 'Sign in.');
  return request.visitor;
}

/** The actor of a route that needs one; the engine asks it for its permission. */
export function actorOf(request: FastifyRequest): Actor {
  return visitorOf(request).actor;
}
