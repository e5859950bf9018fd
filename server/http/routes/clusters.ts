import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { clusterSnapshot } from '../../contract/snapshot.ts';
import { type Api, actorOf } from '../api.ts';

/** GET /clusters and GET /clusters/C: the newest snapshots, from memory. */
export function clusterRoutes(api: Api, engine: Engine): void {
  api.get('/clusters', {
    schema: { summary: 'Every cluster as last observed', response: { 200: z.array(clusterSnapshot) } },
    handler: async (request) => engine.clusters(actorOf(request)),
  });
  api.get('/clusters/:cluster', {
    schema: {
      summary: 'One cluster as last observed',
      params: z.object({ cluster: z.string() }),
      response: { 200: clusterSnapshot },
    },
    handler: async (request) => engine.cluster(actorOf(request), request.params.cluster),
  });
}
