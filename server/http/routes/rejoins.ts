import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { rejoinPlan, rejoinRequest } from '../../contract/rejoin.ts';
import { takeoverAnswer } from '../../contract/takeover.ts';
import { type Api, actorOf } from '../api.ts';

const params = z.object({ cluster: z.string(), server: z.string() });
/** Each look asks every server of the cluster. */
const looks = { rateLimit: { max: 120, timeWindow: 60_000 } };

/** What follows a takeover: POST …/rejoin, its plan, and GET …/extra-transactions as a list or as SQL. */
export function rejoinRoutes(api: Api, engine: Engine): void {
  api.post('/clusters/:cluster/servers/:server/rejoin-plans', {
    config: looks,
    schema: {
      summary: 'What a rejoin would do, and what forbids it; changes nothing',
      params,
      body: z.strictObject({}),
      response: { 200: rejoinPlan },
    },
    handler: async (request) => engine.rejoinPlan(actorOf(request), request.params.cluster, request.params.server),
  });
  api.post('/clusters/:cluster/servers/:server/rejoin', {
    config: looks,
    schema: {
      summary: 'Make the server a replica of the primary again (or only check it: dryRun)',
      params,
      body: rejoinRequest,
      response: { 202: takeoverAnswer },
    },
    handler: async (request, reply) => {
      const { cluster, server } = request.params;
      const answer = await engine.rejoin(actorOf(request), cluster, { server, dryRun: request.body.dryRun });
      return reply.code(202).header('location', `/api/v1/operations/${answer.operationId}`).send(answer);
    },
  });
  api.get('/clusters/:cluster/servers/:server/extra-transactions', {
    config: looks,
    exposeHeadRoute: false,
    schema: {
      summary: 'What only this server has: counted by GTID, or with format=sql (or Accept: application/sql) as SQL',
      params,
      querystring: z.object({ format: z.enum(['json', 'sql']).optional() }),
    },
    handler: async (request, reply) => {
      const { cluster, server } = request.params;
      const actor = actorOf(request);
      const { format } = request.query;
      const asSql = format === 'sql' || (format === undefined && accepts(request.headers.accept));
      if (!asSql) return engine.extraTransactions(actor, cluster, server);
      const sql = await engine.exportExtraTransactions(actor, cluster, server);
      const file = `${server}-extra-transactions.sql`.replaceAll(/[^A-Za-z0-9._-]/g, '_');
      return reply
        .headers({
          'content-type': 'application/sql; charset=utf-8',
          'content-disposition': `attachment; filename="${file}"`,
          'cache-control': 'no-store',
        })
        .send(sql);
    },
  });
}

const accepts = (accept: string | undefined): boolean => /(^|,)\s*application\/sql\b/i.test(accept ?? '');
