import { z } from 'zod';
import type { Engine } from '../../console/engine.ts';
import { backupRequest, backupRun, verifyRun } from '../../contract/agent.ts';
import { dump, dumpCatalogue } from '../../contract/dumps.ts';
import { type Api, actorOf } from '../api.ts';
import type { Downloads } from '../downloads.ts';

const params = z.object({ cluster: z.string() });
const serverParams = z.object({ cluster: z.string(), server: z.string() });

/** GET /clusters/C/dumps: the array, or with ?detail=1 the catalogue with the state of each server's agent. */
export function dumpRoutes(api: Api, engine: Engine): void {
  api.get('/clusters/:cluster/dumps', {
    schema: {
      summary: 'Dumps of all servers, newest first',
      params,
      querystring: z.object({ detail: z.enum(['0', '1']).default('0') }),
      response: { 200: z.union([z.array(dump), dumpCatalogue]) },
    },
    handler: async (request) => {
      const catalogue = await engine.dumps(actorOf(request), request.params.cluster);
      return request.query.detail === '1' ? catalogue : catalogue.dumps;
    },
  });
  api.get('/clusters/:cluster/servers/:server/backups/:id', {
    schema: {
      summary: 'A backup that was asked for',
      params: serverParams.extend({ id: z.string() }),
      response: { 200: backupRun },
    },
    handler: async (request) => {
      const { cluster, server, id } = request.params;
      return engine.backupRun(actorOf(request), cluster, server, id);
    },
  });
}

/** GET and HEAD of the bytes. `latest` is the newest whole dump. */
export function downloadRoutes(api: Api, engine: Engine, downloads: Downloads): void {
  api.get('/clusters/:cluster/dumps/latest', {
    schema: {
      summary: 'The newest dump that needs no other (HEAD and Range too)',
      params,
      querystring: z.object({ method: z.enum(['dump', 'mariabackup']).optional() }),
    },
    handler: async (request, reply) => {
      const actor = actorOf(request);
      const { cluster } = request.params;
      const found = await engine.findDump(actor, cluster, 'latest', 'latest', request.query.method);
      return downloads.send(request, reply, actor, cluster, found);
    },
  });
  api.get('/clusters/:cluster/dumps/:server/:name', {
    schema: { summary: 'The bytes of a dump (HEAD and Range too)', params: serverParams.extend({ name: z.string() }) },
    handler: async (request, reply) => {
      const actor = actorOf(request);
      const { cluster, server, name } = request.params;
      return downloads.send(request, reply, actor, cluster, await engine.findDump(actor, cluster, server, name));
    },
  });
}

/** POST …/dumps/S/NAME/verify has the server's agent restore it; GET …/servers/S/verifications/ID how far that is. */
export function verifyRoutes(api: Api, engine: Engine): void {
  api.post('/clusters/:cluster/dumps/:server/:name/verify', {
    schema: {
      summary: 'Restore a dump into a throw-away server, check its tables, compare it with its manifest',
      params: serverParams.extend({ name: z.string() }),
      body: z.strictObject({}).nullish(),
      response: { 202: verifyRun },
    },
    handler: async (request, reply) => {
      const { cluster, server, name } = request.params;
      return reply.code(202).send(await engine.verifyDump(actorOf(request), cluster, server, name));
    },
  });
  api.get('/clusters/:cluster/servers/:server/verifications/:id', {
    schema: {
      summary: 'A verification that was asked for',
      params: serverParams.extend({ id: z.string() }),
      response: { 200: verifyRun },
    },
    handler: async (request) => {
      const { cluster, server, id } = request.params;
      return engine.verifyRun(actorOf(request), cluster, server, id);
    },
  });
}

/** POST …/servers/S/backups asks the server's agent for a dump now. */
export function backupRoute(api: Api, engine: Engine): void {
  api.post('/clusters/:cluster/servers/:server/backups', {
    schema: {
      summary: 'Make a backup of this server now: by the first of its methods, or as asked',
      params: serverParams,
      body: backupRequest.nullish(),
      response: { 202: backupRun },
    },
    handler: async (request, reply) => {
      const { cluster, server } = request.params;
      return reply.code(202).send(await engine.takeBackup(actorOf(request), cluster, server, request.body ?? {}));
    },
  });
}
