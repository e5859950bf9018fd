import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { planRequest, takeoverAnswer, takeoverPlan, takeoverRequest } from '../../contract/takeover.ts';
import { type Api, actorOf } from '../api.ts';

/** A review page makes one every few seconds at most. */
const plansPerMinute = 120;

const params = z.object({ cluster: z.string() });

/** POST /clusters/C/takeover-plans computes a plan and changes nothing; POST /clusters/C/takeovers starts one. */
export function takeoverRoutes(api: Api, engine: Engine): void {
  api.post('/clusters/:cluster/takeover-plans', {
    // Each plan looks at every server of the cluster.
    config: { rateLimit: { max: plansPerMinute, timeWindow: 60_000 } },
    schema: {
      summary: 'The plan of a takeover, with checks and cost',
      params,
      body: planRequest,
      response: { 200: takeoverPlan },
    },
    handler: async (request) => {
      const { target, kind } = request.body;
      return engine.plan(actorOf(request), request.params.cluster, { target, ...(kind === undefined ? {} : { kind }) });
    },
  });
  api.post('/clusters/:cluster/takeovers', {
    schema: {
      summary: 'Carry a plan out (or only check it: dryRun)',
      params,
      headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
      body: takeoverRequest,
      response: { 202: takeoverAnswer },
    },
    handler: async (request, reply) => {
      const { confirm, ...body } = request.body;
      const idempotencyKey = request.headers['idempotency-key'];
      const answer = await engine.takeover(actorOf(request), request.params.cluster, {
        ...body,
        ...(confirm === undefined ? {} : { confirm }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      return reply.code(202).header('location', `/api/v1/operations/${answer.operationId}`).send(answer);
    },
  });
}
