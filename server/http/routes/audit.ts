import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { auditEntry } from '../../contract/access.ts';
import { type Api, actorOf } from '../api.ts';

const query = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  /** Entries with a smaller number: the next page. */
  before: z.coerce.number().int().optional(),
  cluster: z.string().optional(),
});

/** GET /audit: who, what, when, result; newest first. No route changes an entry. */
export function auditRoute(api: Api, engine: Engine): void {
  api.get('/audit', {
    schema: { summary: 'The audit, newest first', querystring: query, response: { 200: z.array(auditEntry) } },
    handler: async (request) => {
      const { limit, before, cluster } = request.query;
      return engine.audit(actorOf(request), {
        limit,
        ...(before === undefined ? {} : { before }),
        ...(cluster === undefined ? {} : { cluster }),
      });
    },
  });
}
