import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { serviceRun, serviceStatus } from '../../contract/agent.ts';
import { takeoverAnswer } from '../../contract/takeover.ts';
import { type Api, actorOf } from '../api.ts';

const server = z.object({ cluster: z.string(), server: z.string() });

/** What a takeover may have left to do: a hook again, a service on the new primary, read_only in a configuration. */
export function aftermathRoutes(api: Api, engine: Engine): void {
  api.post('/operations/:id/hooks/:hook/run', {
    schema: {
      summary: 'Run a hook of a takeover that has ended again',
      params: z.object({ id: z.string(), hook: z.string() }),
      body: z.strictObject({}),
      response: { 202: takeoverAnswer },
    },
    handler: async (request, reply) => {
      const answer = await engine.runHook(actorOf(request), request.params.id, request.params.hook);
      return reply.code(202).header('location', `/api/v1/operations/${answer.operationId}`).send(answer);
    },
  });
  api.post('/clusters/:cluster/servers/:server/services/:name/:action', {
    schema: {
      summary: 'Enable, disable or run a service of a server, by its agent',
      params: server.extend({ name: z.string(), action: z.enum(['enable', 'disable', 'run']) }),
      body: z.strictObject({}),
      response: { 200: z.union([serviceStatus, serviceRun]) },
    },
    handler: async (request) => {
      const { cluster, ...asked } = request.params;
      return engine.service(actorOf(request), cluster, asked);
    },
  });
  api.get('/clusters/:cluster/servers/:server/services/:name/runs/:id', {
    schema: {
      summary: 'One run of a service, with the end of its log',
      params: server.extend({ name: z.string(), id: z.string() }),
      response: { 200: serviceRun },
    },
    handler: async (request) => {
      const { cluster, ...asked } = request.params;
      return engine.serviceRun(actorOf(request), cluster, asked);
    },
  });
  api.post('/clusters/:cluster/servers/:server/keep-read-only', {
    schema: {
      summary: 'Write the read_only that the role of the server asks for into its configuration, by its agent',
      params: server,
      body: z.strictObject({}),
      response: { 200: z.object({ readOnly: z.boolean() }) },
    },
    handler: async (request) => engine.keepReadOnly(actorOf(request), request.params.cluster, request.params.server),
  });
}
