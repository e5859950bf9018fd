import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { connectionParametersBody } from '../../contract/connection-parameters.ts';
import { type Api, actorOf } from '../api.ts';

/** GET …/connection-parameters: what a new replica of the server needs. It holds secrets, and is kept by nobody. */
export function newReplicaRoutes(api: Api, engine: Engine): void {
  api.get('/clusters/:cluster/servers/:server/connection-parameters', {
    schema: {
      summary: 'What a new replica of this server needs; in the audit',
      params: z.object({ cluster: z.string(), server: z.string() }),
      response: { 200: connectionParametersBody },
    },
    handler: async (request, reply) => {
      const { cluster, server } = request.params;
      reply.header('cache-control', 'no-store');
      return await engine.connectionParameters(actorOf(request), cluster, server);
    },
  });
}
