import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { BatonError, messageOf } from '../contract/errors.ts';
import type { NodeEvidence } from '../contract/galera-evidence.ts';
import {
  grastateChange,
  startRequest,
  stopRequest,
  type GaleraAnswer,
  type NodeWork,
} from '../contract/galera-agent.ts';
import { changeGrastate } from '../galera/host/change-grastate.ts';
import type { NodeControl } from '../galera/host/node-control.ts';
import { makePrimary } from '../mariadb/galera-status.ts';
import { tableChecksums } from '../mariadb/table-checksums.ts';
import { askLocalServer } from '../mariadb/local-server.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { GaleraParts } from './galera-parts.ts';

const CONNECT_MS = 2_000;
const MAKE_PRIMARY_MS = 15_000;
const MAX_CHECKSUMS_MS = 60_000;
const idle: NodeWork = { kind: 'none', startedAt: null, endedAt: null, error: null };

/** /v1/galera: what the node knows of itself, and its bootstrap; for the console alone. */
export function serveGalera(app: FastifyInstance, parts: GaleraParts | null, now: () => Date): void {
  const known = (): GaleraParts => {
    if (parts) return parts;
    throw new BatonError(
      'refused',
      'This agent was not told that its server is a Galera node.',
      'Set agent.server.galera in its configuration.',
    );
  };
  const control = (): NodeControl => {
    const { control: given } = known();
    if (given) return given;
    throw new BatonError(
      'refused',
      'This agent may not start or stop its node.',
      'Set agent.server.control and agent.server.galera.startFile in its configuration.',
    );
  };
  const answer = (evidence: NodeEvidence): GaleraAnswer => {
    const { control: given } = known();
    const { alive } = evidence;
    const told =
      alive.kind === 'waiting' ? { ...alive, position: alive.position ?? given?.positionOfStart ?? null } : alive;
    return { evidence: { ...evidence, alive: told }, work: given?.work ?? idle };
  };
  const seen = async (what: 'evidence' | 'position'): Promise<NodeEvidence> => await readable(known().witness[what]());

  app.route({
    method: 'GET',
    url: '/v1/galera/evidence',
    handler: async () => answer(await seen('evidence')),
  });
  app.route({
    method: 'GET',
    url: '/v1/galera/transfer',
    handler: async () => await readable(known().witness.transfer()),
  });
  app.route({
    method: 'POST',
    url: '/v1/galera/position',
    handler: async () => answer(await seen('position')),
  });
  app.route({
    method: 'POST',
    url: '/v1/galera/grastate',
    handler: async (request) => {
      const change = parsed(grastateChange, request.body);
      const changeIfDown = async () => {
        const { alive, dataDirectory } = await seen('evidence');
        // A node that runs writes the file itself.
        if (alive.kind !== 'down')
          throw new BatonError('refused', `The node is not down (${alive.kind}): its grastate.dat is not changed.`);
        return await changeGrastate(dataDirectory, change, now());
      };
      const { control: given } = known();
      return given ? await given.alone(changeIfDown) : await changeIfDown();
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/galera/switches',
    handler: async () => {
      await control().clear();
      return answer(await seen('evidence'));
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/galera/keep',
    handler: async () => {
      await control().keepDown();
      return answer(await seen('evidence'));
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/galera/start',
    handler: async (request, reply) =>
      await reply.code(202).send(await control().start(parsed(startRequest, request.body))),
  });
  app.route({
    method: 'POST',
    url: '/v1/galera/stop',
    handler: async (request, reply) => {
      const { kill } = parsed(stopRequest, request.body);
      return await reply.code(202).send(control().stop(kill));
    },
  });
  app.route<{ Querystring: { ms?: string } }>({
    method: 'GET',
    url: '/v1/galera/checksums',
    handler: async (request) => {
      const budgetMs = Number(request.query.ms ?? MAX_CHECKSUMS_MS);
      if (!(budgetMs > 0 && budgetMs <= MAX_CHECKSUMS_MS))
        throw new BatonError('invalid', `ms is a number up to ${MAX_CHECKSUMS_MS}.`);
      const { database } = known();
      return await askLocalServer(
        database,
        CONNECT_MS,
        async (connection) => await tableChecksums(connection, budgetMs),
      );
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/galera/primary',
    handler: async () => {
      const { database } = known();
      const { alive } = await seen('evidence');
      if (alive.kind !== 'serving' || alive.status.clusterStatus !== 'non-primary')
        throw new BatonError(
          'refused',
          'The node does not answer without a Primary component: it is not made Primary.',
        );
      await askLocalServer(
        database,
        CONNECT_MS,
        async (connection) => await makePrimary(connection, MAKE_PRIMARY_MS),
      ).catch((error: unknown) => {
        if (!(error instanceof SqlError)) throw error;
        if (error.outcomeUnknown)
          throw new BatonError('unavailable', `Whether the node was made Primary is not known: ${error.message}.`);
        throw new BatonError('refused', `The node was not made Primary: ${error.message}.`);
      });
      return answer(await seen('evidence'));
    },
  });
}

/** Rejects with BatonError where it can't be read. */
async function readable<T>(reading: Promise<T>): Promise<T> {
  return await reading.catch((error: unknown) => {
    throw new BatonError('unavailable', `What the node knows can't be read: ${messageOf(error)}.`);
  });
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const asked = schema.safeParse(body);
  if (asked.success) return asked.data;
  const [issue] = asked.error.issues;
  throw new BatonError('invalid', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`);
}
