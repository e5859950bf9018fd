import type { FastifyInstance } from 'fastify';
import type { Reseeds } from '../bootstrap/reseeds.ts';
import { BatonError } from '../contract/errors.ts';
import { reseedRequest } from '../contract/reseed.ts';

/** /v1/reseeds: the server's data exchanged for a copy of another server's, for the console alone. */
export function serveReseeds(app: FastifyInstance, reseeds: Reseeds | null): void {
  const known = (): Reseeds => {
    if (reseeds) return reseeds;
    throw new BatonError(
      'refused',
      'This agent may not exchange the data of its server.',
      'Set agent.server.control and agent.server.persistFile in its configuration.',
    );
  };
  app.route({
    method: 'POST',
    url: '/v1/reseeds',
    handler: async (request, reply) => {
      const asked = reseedRequest.safeParse(request.body);
      if (!asked.success) throw new BatonError('invalid', 'id, source and expectedBytes are needed.');
      return await reply.code(202).send(await known().begin(asked.data));
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/v1/reseeds/:id',
    handler: async (request) => {
      const found = known().get(request.params.id);
      if (!found) throw new BatonError('not-found', 'There is no such reseed.');
      return found;
    },
  });
  app.route<{ Params: { id: string; act: string } }>({
    method: 'POST',
    url: '/v1/reseeds/:id/:act',
    handler: async (request, reply) => {
      const { id, act } = request.params;
      if (act === 'swap') return await reply.code(202).send(await known().swap(id));
      if (act === 'cancel') return await known().cancel(id);
      throw new BatonError('not-found', 'There is nothing at this address.');
    },
  });
}
