import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { killedServers } from '../../contract/galera.ts';
import { type Api, actorOf } from '../api.ts';

/** What can be done to throw-away servers, so that the pages can be tried. */
export function sandboxRoutes(api: Api, engine: Engine): void {
  api.post('/clusters/:cluster/sandbox/kill', {
    schema: {
      summary: 'Kill every server (SIGKILL): of a sandbox whose configuration says how, and of nothing else',
      params: z.object({ cluster: z.string() }),
      body: z.strictObject({}),
      response: { 200: killedServers },
    },
    handler: async (request) => engine.killSandbox(actorOf(request), request.params.cluster),
  });
}
