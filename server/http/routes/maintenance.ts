import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { maintenance, maintenanceRequest } from '../../contract/maintenance.ts';
import { type Api, actorOf } from '../api.ts';

const params = z.object({ cluster: z.string(), server: z.string() });

/** POST …/maintenance sets a server aside until a time, DELETE ends it before. The snapshot shows it. */
export function maintenanceRoutes(api: Api, engine: Engine): void {
  api.post('/clusters/:cluster/servers/:server/maintenance', {
    schema: {
      summary: 'Set a server aside: no alerts of it, no candidate, until its time is over',
      params,
      body: maintenanceRequest,
      response: { 200: maintenance },
    },
    handler: async (request) => {
      const { cluster, server } = request.params;
      const { owner, ...asked } = request.body;
      return engine.setAside(actorOf(request), cluster, server, {
        ...asked,
        ...(owner === undefined ? {} : { owner }),
      });
    },
  });
  api.delete('/clusters/:cluster/servers/:server/maintenance', {
    schema: { summary: 'End the maintenance of a server before its time', params },
    handler: async (request, reply) => {
      await engine.endMaintenance(actorOf(request), request.params.cluster, request.params.server);
      return reply.code(204).send();
    },
  });
}
