import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { rejoinPlan, rejoinPlanRequest, rejoinRequest } from '../../contract/rejoin.ts';
import { transactionsExport } from '../../contract/reseed.ts';
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
      body: rejoinPlanRequest,
      response: { 200: rejoinPlan },
    },
    handler: async (request) => {
      const { cluster, server } = request.params;
      return engine.rejoinPlan(actorOf(request), cluster, server, request.body);
    },
  });
  api.post('/clusters/:cluster/servers/:server/rejoin', {
    config: looks,
    schema: {
      summary:
        'Make the server a replica of the primary again (or only check it: dryRun); with setAside and its name as confirm, by a copy of the primary, its own transactions and data being kept',
      params,
      body: rejoinRequest,
      response: { 202: takeoverAnswer },
    },
    handler: async (request, reply) => {
      const { cluster, server } = request.params;
      const { dryRun, setAside, confirm } = request.body;
      const asked = { server, dryRun, setAside, ...(confirm === undefined ? {} : { confirm }) };
      const answer = await engine.rejoin(actorOf(request), cluster, asked);
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
      return sendSql(reply, `${server}-extra-transactions.sql`, sql);
    },
  });
  api.get('/clusters/:cluster/servers/:server/exports', {
    config: looks,
    schema: {
      summary: 'Transactions of this server that were set aside, each kept as a file of SQL by its agent, newest first',
      params,
      response: { 200: z.array(transactionsExport) },
    },
    handler: async (request) => engine.exports(actorOf(request), request.params.cluster, request.params.server),
  });
  api.get('/clusters/:cluster/servers/:server/exports/:name', {
    config: looks,
    exposeHeadRoute: false,
    schema: { summary: 'The SQL of one of them', params: params.extend({ name: z.string() }) },
    handler: async (request, reply) => {
      const { cluster, server, name } = request.params;
      return sendSql(reply, name, await engine.openExport(actorOf(request), cluster, server, name));
    },
  });
}

const accepts = (accept: string | undefined): boolean => /(^|,)\s*application\/sql\b/i.test(accept ?? '');

function sendSql(reply: FastifyReply, name: string, sql: Readable): FastifyReply {
  return reply
    .headers({
      'content-type': 'application/sql; charset=utf-8',
      'content-disposition': `attachment; filename="${name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
      'cache-control': 'no-store',
    })
    .send(sql);
}
