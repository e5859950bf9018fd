import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { nodeWork } from '../../contract/galera-agent.ts';
import { galeraView, nodeActRequest, recoveryPlan, recoveryRequest } from '../../contract/galera.ts';
import { roundPlan, roundPlanRequest, roundRequest } from '../../contract/galera-rounds.ts';
import { takeoverAnswer } from '../../contract/takeover.ts';
import { type Api, actorOf } from '../api.ts';

const params = z.object({ cluster: z.string() });
/** Each look asks every agent of the cluster. */
const looks = { rateLimit: { max: 120, timeWindow: 60_000 } };

/** What the nodes of a Galera cluster know, and the cluster brought back from the right one. */
export function galeraRoutes(api: Api, engine: Engine): void {
  api.get('/clusters/:cluster/galera', {
    config: looks,
    exposeHeadRoute: false,
    schema: {
      summary: 'What every node knows, with its bytes, and what follows from it; starts nothing',
      params,
      response: { 200: galeraView },
    },
    handler: async (request) => engine.galera(actorOf(request), request.params.cluster),
  });
  api.post('/clusters/:cluster/galera/recovery-plans', {
    config: looks,
    schema: {
      summary:
        'Which node may bootstrap, and why not the others: also asks InnoDB of nodes that are down where it stopped',
      params,
      body: z.strictObject({}),
      response: { 200: recoveryPlan },
    },
    handler: async (request) => engine.recoveryPlan(actorOf(request), request.params.cluster),
  });
  api.post('/clusters/:cluster/galera/recoveries', {
    config: looks,
    schema: {
      summary: 'Bring the cluster back from the recommended node, or from another one whose name is typed',
      params,
      body: recoveryRequest,
      response: { 202: takeoverAnswer },
    },
    handler: async (request, reply) => {
      const answer = await engine.recovery(actorOf(request), request.params.cluster, request.body);
      return reply.code(202).header('location', `/api/v1/operations/${answer.operationId}`).send(answer);
    },
  });
  api.post('/clusters/:cluster/galera/round-plans', {
    config: looks,
    schema: {
      summary: 'What stopping all nodes in order, or restarting them one by one, would do, and what forbids it',
      params,
      body: roundPlanRequest,
      response: { 200: roundPlan },
    },
    handler: async (request) => engine.roundPlan(actorOf(request), request.params.cluster, request.body),
  });
  api.post('/clusters/:cluster/galera/rounds', {
    config: looks,
    schema: {
      summary: 'Stop all nodes in order (with the name of the cluster typed), or restart them with one down at a time',
      params,
      body: roundRequest,
      response: { 202: takeoverAnswer },
    },
    handler: async (request, reply) => {
      const answer = await engine.round(actorOf(request), request.params.cluster, request.body);
      return reply.code(202).header('location', `/api/v1/operations/${answer.operationId}`).send(answer);
    },
  });
  for (const act of ['start', 'stop'] as const) {
    api.post(`/clusters/:cluster/galera/nodes/:node/${act}`, {
      config: looks,
      schema: {
        summary:
          act === 'start'
            ? 'Start a node that is down into the running cluster, or beside nodes that wait for it'
            : 'Stop a node; one that waits for the others is killed',
        params: params.extend({ node: z.string() }),
        body: nodeActRequest,
        response: { 202: nodeWork },
      },
      handler: async (request, reply) => {
        const { cluster, node } = request.params;
        return reply
          .code(202)
          .send(await engine.galeraNode(actorOf(request), cluster, node, act, request.body.confirm));
      },
    });
  }
}
