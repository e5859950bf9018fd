import { session, signIn } from '../../contract/access.ts';
import type { Engine } from '../../console/engine.ts';
import { type Api, visitorOf } from '../api.ts';
import { type PublicDoor, senderOf } from '../door.ts';
import type { EventStreams } from '../event-streams.ts';
import type { Visitor } from '../gate.ts';

/** GET /session: who asks. */
export function sessionRoute(api: Api, engine: Engine): void {
  api.get('/session', {
    schema: { summary: 'Who is asking, and what they may', response: { 200: session } },
    handler: async (request) => viewOf(engine, visitorOf(request)),
  });
}

/** POST /session signs in, DELETE /session ends the session and the event streams that hang on it. */
export function signInRoutes(api: Api, engine: Engine, door: PublicDoor, streams: EventStreams): void {
  api.post('/session', {
    config: { open: true },
    schema: { summary: 'Sign in; answers the session and sets its cookie', body: signIn, response: { 200: session } },
    handler: async (request, reply) => {
      const { body } = request;
      const from = senderOf(request);
      const { sessionId, visitor } = await ('takeoverPassword' in body
        ? door.gate.signInForTakeover(body.takeoverPassword, from)
        : door.gate.signIn(body, from));
      await door.cookie.write(request.raw, reply.raw, sessionId);
      void reply.header('cache-control', 'no-store');
      return viewOf(engine, visitor);
    },
  });
  api.delete('/session', {
    config: { open: true },
    schema: { summary: 'Sign out' },
    handler: async (request, reply) => {
      const sessionId = await door.cookie.read(request.raw, reply.raw);
      if (sessionId !== null) await door.gate.endSession(sessionId, senderOf(request));
      await door.cookie.clear(request.raw, reply.raw);
      await streams.recheck();
      return reply.code(204).send();
    },
  });
}

function viewOf(engine: Engine, { actor, expiresAt }: Visitor) {
  return { ...engine.session(actor), expiresAt: expiresAt?.toISOString() ?? null };
}
