import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { createdToken, newToken, newUser, token, user } from '../../contract/access.ts';
import { type Api, actorOf } from '../api.ts';
import type { EventStreams } from '../event-streams.ts';

/** GET /users and GET /tokens (admin). */
export function accessRoutes(api: Api, engine: Engine): void {
  api.get('/users', {
    schema: { summary: 'Users', response: { 200: z.array(user) } },
    handler: async (request) => engine.users(actorOf(request)),
  });
  api.get('/tokens', {
    schema: { summary: 'API tokens, without the tokens themselves', response: { 200: z.array(token) } },
    handler: async (request) => engine.tokens(actorOf(request)),
  });
}

/** What changes users and tokens (admin). Streams of whoever lost access end at once. */
export function accessActRoutes(api: Api, engine: Engine, streams: EventStreams): void {
  api.post('/users', {
    schema: { summary: 'Add a user', body: newUser, response: { 201: user } },
    handler: async (request, reply) => reply.code(201).send(await engine.addUser(actorOf(request), request.body)),
  });
  api.delete('/users/:username', {
    schema: { summary: 'Remove a user and end their sessions', params: z.object({ username: z.string() }) },
    handler: async (request, reply) => {
      await engine.removeUser(actorOf(request), request.params.username);
      await streams.recheck();
      return reply.code(204).send();
    },
  });
  api.post('/tokens', {
    schema: { summary: 'Make a token; it is shown this once', body: newToken, response: { 201: createdToken } },
    handler: async (request, reply) =>
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await engine.addToken(actorOf(request), request.body)),
  });
  api.delete('/tokens/:id', {
    schema: { summary: 'Revoke a token', params: z.object({ id: z.string() }) },
    handler: async (request, reply) => {
      await engine.revokeToken(actorOf(request), request.params.id);
      await streams.recheck();
      return reply.code(204).send();
    },
  });
}
