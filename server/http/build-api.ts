import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { jsonSchemaTransform, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Engine } from '../console/engine.ts';
import { BatonError } from '../contract/errors.ts';
import type { Api } from './api.ts';
import { type Door, guard, type PublicDoor, senderOf } from './door.ts';
import type { Downloads } from './downloads.ts';
import { bodyOf, sendError } from './errors.ts';
import type { EventStreams } from './event-streams.ts';
import { logChanges } from './log-changes.ts';
import { accessActRoutes, accessRoutes } from './routes/access.ts';
import { aftermathRoutes } from './routes/aftermath.ts';
import { auditRoute } from './routes/audit.ts';
import { clusterRoutes } from './routes/clusters.ts';
import { backupRoute, downloadRoutes, dumpRoutes, verifyRoutes } from './routes/dumps.ts';
import { eventRoutes } from './routes/events.ts';
import { galeraRoutes } from './routes/galera.ts';
import { sandboxRoutes } from './routes/sandbox.ts';
import { healthRoute } from './routes/health.ts';
import { historyRoute } from './routes/history.ts';
import { maintenanceRoutes } from './routes/maintenance.ts';
import { newReplicaRoutes } from './routes/new-replica.ts';
import { operationActRoutes, operationRoutes } from './routes/operations.ts';
import { rejoinRoutes } from './routes/rejoins.ts';
import { sessionRoute, signInRoutes } from './routes/session.ts';
import { takeoverRoutes } from './routes/takeovers.ts';

/** The largest request of the contract is a few kB: names, codes, a password. */
const bodyLimitBytes = 64 * 1024;
/** A cap on what one address may ask, far above what browsers and monitoring do; sign-in has its own, much lower one. */
const requestsPer10Seconds = 2000;

/** A schema becomes code with the first value that it sees: the click of a failover is not to wait for that. */
const compiledAhead: typeof validatorCompiler = (route) => {
  const validate = validatorCompiler(route);
  void validate({});
  return validate;
};

/** An empty API behind its door: errors as the contract's body, JSON alone, who asks known. */
export async function buildApi(door: Door, logger: FastifyBaseLogger): Promise<Api> {
  const fastify = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    // Names of dumps may be as long as a file's name.
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: sendError,
  });
  const api = fastify.withTypeProvider<ZodTypeProvider>();
  api.setValidatorCompiler(compiledAhead);
  // The engine's answers have the contract's types already; checking 20 servers again each time would be most of the work.
  api.setSerializerCompiler(() => (value) => JSON.stringify(value));
  api.removeContentTypeParser('text/plain');
  api.setErrorHandler(sendError);
  api.setNotFoundHandler((request, reply) => {
    const missing = new BatonError('not-found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`);
    void reply.code(404).send(bodyOf(missing));
  });
  guard(api, door);
  logChanges(api);
  if (door.kind === 'public') {
    await api.register(rateLimit, {
      max: requestsPer10Seconds,
      timeWindow: 10_000,
      keyGenerator: senderOf,
      addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
      errorResponseBuilder: () =>
        new BatonError('slow-down', 'Too many requests from this address.', 'Wait 10 seconds.'),
    });
  }
  return api;
}

/** What both doors answer: reading alone. */
export function addReadingRoutes(api: Api, engine: Engine): void {
  healthRoute(api, engine);
  sessionRoute(api, engine);
  clusterRoutes(api, engine);
  historyRoute(api, engine);
  operationRoutes(api, engine);
  dumpRoutes(api, engine);
  auditRoute(api, engine);
  accessRoutes(api, engine);
}

/** All of the contract below /api/v1, with its description at openapi.json. */
export async function addPublicRoutes(
  api: Api,
  {
    engine,
    door,
    streams,
    downloads,
  }: { engine: Engine; door: PublicDoor; streams: EventStreams; downloads: Downloads },
): Promise<void> {
  await api.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Baton', version: '1' } },
    transform: jsonSchemaTransform,
  });
  await api.register(
    async (scope) => {
      const routes = scope.withTypeProvider<ZodTypeProvider>();
      addReadingRoutes(routes, engine);
      signInRoutes(routes, engine, door, streams);
      takeoverRoutes(routes, engine);
      rejoinRoutes(routes, engine);
      galeraRoutes(routes, engine);
      sandboxRoutes(routes, engine);
      maintenanceRoutes(routes, engine);
      newReplicaRoutes(routes, engine);
      aftermathRoutes(routes, engine);
      operationActRoutes(routes, engine);
      downloadRoutes(routes, engine, downloads);
      backupRoute(routes, engine);
      verifyRoutes(routes, engine);
      accessActRoutes(routes, engine, streams);
      eventRoutes(routes, streams);
      routes.get('/openapi.json', { schema: { hide: true } }, async () => api.swagger());
    },
    { prefix: '/api/v1' },
  );
}
