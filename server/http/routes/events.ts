import { z } from 'zod';
import { type Api, visitorOf } from '../api.ts';
import type { EventStreams } from '../event-streams.ts';

const headers = z.object({ 'last-event-id': z.coerce.number().int().nonnegative().optional().catch(undefined) });

/** GET /events: everything that happens; GET /operations/ID/events: one operation until it ends. */
export function eventRoutes(api: Api, streams: EventStreams): void {
  api.get('/events', {
    exposeHeadRoute: false,
    schema: { summary: 'Server-sent events: snapshot, operation, audit', headers },
    handler: async (request, reply) => {
      streams.open(reply, visitorOf(request), request.headers['last-event-id'] ?? null);
      return reply;
    },
  });
  api.get('/operations/:id/events', {
    exposeHeadRoute: false,
    schema: { summary: 'Server-sent events of one operation', params: z.object({ id: z.string() }) },
    handler: async (request, reply) => {
      await streams.openOperation(reply, visitorOf(request), request.params.id);
      return reply;
    },
  });
}
