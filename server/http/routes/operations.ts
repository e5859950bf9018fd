import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { operation } from '../../contract/operation.ts';
import { type Api, actorOf } from '../api.ts';

const params = z.object({ id: z.string() });
const query = z.object({
  cluster: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** Operations that started before this instant: the next page. */
  before: z
    .string()
    .refine((text) => !Number.isNaN(Date.parse(text)), 'an ISO 8601 instant')
    .optional(),
});

/** GET /operations, GET /operations/ID. */
export function operationRoutes(api: Api, engine: Engine): void {
  api.get('/operations', {
    schema: { summary: 'Operations, newest first', querystring: query, response: { 200: z.array(operation) } },
    handler: async (request) => {
      const { cluster, limit, before } = request.query;
      return engine.operations(actorOf(request), {
        limit,
        ...(cluster === undefined ? {} : { cluster }),
        ...(before === undefined ? {} : { before: new Date(before) }),
      });
    },
  });
  api.get('/operations/:id', {
    schema: { summary: 'One operation with its steps', params, response: { 200: operation } },
    handler: async (request) => engine.operation(actorOf(request), request.params.id),
  });
}

/** POST /operations/ID/cancel and /resume. */
export function operationActRoutes(api: Api, engine: Engine): void {
  api.post('/operations/:id/cancel', {
    schema: { summary: 'Cancel and restore, before the point of no return', params, response: { 200: operation } },
    handler: async (request) => engine.cancel(actorOf(request), request.params.id),
  });
  api.post('/operations/:id/resume', {
    schema: { summary: 'Take an interrupted operation up again', params, response: { 200: operation } },
    handler: async (request) => engine.resume(actorOf(request), request.params.id),
  });
}
