import type { FastifyInstance } from 'fastify';
import { serviceAction } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import type { Service } from '../services/service.ts';

/** What the routes of services need. */
export interface ServiceParts {
  readonly services: ReadonlyMap<string, Service>;
  /** Told before a service is switched by the console: what the agent decides by itself is then overruled. */
  readonly onSwitch: (name: string) => void;
}

/** /v1/services: for the console alone. */
export function serveServices(app: FastifyInstance, { services, onSwitch }: ServiceParts): void {
  const known = (name: string): Service => {
    const service = services.get(name);
    if (service) return service;
    throw new BatonError('not-found', `There is no service ${name} on this server.`, '', {
      known: [...services.keys()],
    });
  };
  app.post<{ Params: { name: string } }>('/v1/services/:name', async (request, reply) => {
    const service = known(request.params.name);
    const asked = serviceAction.safeParse(request.body);
    if (!asked.success) throw new BatonError('invalid', 'action is enable, disable or run.');
    const { action } = asked.data;
    if (action === 'run') return await reply.code(202).send(await service.run());
    onSwitch(service.name);
    return action === 'enable' ? await service.enable() : await service.disable();
  });
  app.route<{ Params: { name: string; id: string } }>({
    method: 'GET',
    url: '/v1/services/:name/runs/:id',
    handler: async (request) => {
      const run = await known(request.params.name).runOf(request.params.id);
      if (!run) throw new BatonError('not-found', 'There is no such run of the service.');
      return run;
    },
  });
}
