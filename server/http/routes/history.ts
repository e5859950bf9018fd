import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { BatonError } from '../../contract/errors.ts';
import { history, metric } from '../../contract/history.ts';
import { type Api, actorOf } from '../api.ts';

const when = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'an ISO 8601 instant');
const query = z.object({
  server: z.string(),
  metric: metric.default('lag'),
  from: when.optional(),
  to: when.optional(),
  /** More than a chart has pixels is of no use. */
  points: z.coerce.number().int().min(1).max(2000).default(300),
});

const hourMs = 3_600_000;

/** GET /clusters/C/history: a down-sampled series; the last hour where no time is given. */
export function historyRoute(api: Api, engine: Engine): void {
  api.get('/clusters/:cluster/history', {
    schema: {
      summary: 'A series of one server, down-sampled; gaps stay gaps',
      params: z.object({ cluster: z.string() }),
      querystring: query,
      response: { 200: history },
    },
    handler: async (request) => {
      const { server, metric: name, points } = request.query;
      const to = new Date(request.query.to ?? Date.now());
      const from = new Date(request.query.from ?? to.getTime() - hourMs);
      if (from >= to) throw new BatonError('invalid', 'from must be before to.');
      return engine.history(actorOf(request), {
        cluster: request.params.cluster,
        server,
        metric: name,
        from,
        to,
        points,
      });
    },
  });
}
