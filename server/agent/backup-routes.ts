import type { FastifyInstance } from 'fastify';
import { backupRequest } from '../contract/agent.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { findBackup, readCatalogue } from '../backups/catalogue.ts';
import { latestAlone } from '../backups/chain.ts';
import { backupIndexOf, indexName } from '../backups/index-file.ts';
import { originDump, originIndex, originPhysical } from '../backups/origin-names.ts';
import { readSummaries } from '../backups/summaries.ts';
import type { BackupParts } from './backup-parts.ts';
import { listingPage } from './listing.ts';
import { sendBackup } from './send-backup.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The reader's token is enough. */
    readers?: boolean;
  }
}

const config = { readers: true };
const nothing = new BatonError('not-found', 'There is no such backup.');

/** /backups: the static folder, for the console and for readers. */
export function serveBackups(app: FastifyInstance, { server, directory, logger }: BackupParts): void {
  app.get('/backups/', { config }, async (request, reply) => {
    const backups = await readSummaries(directory);
    reply.header('cache-control', 'no-store').header('vary', 'accept');
    if ((request.headers.accept ?? '').includes('application/json')) return { backups };
    return reply.type('text/html; charset=utf-8').send(listingPage(server, backups));
  });
  app.get('/backups', { config }, async (_, reply) => reply.redirect('/backups/', 308));
  app.get(`/backups/${indexName}`, { config }, async (_, reply) =>
    reply.header('cache-control', 'no-store').send(await backupIndexOf(directory)),
  );
  app.route<{ Querystring: { method?: string } }>({
    method: ['GET', 'HEAD'],
    url: '/backups/latest',
    config,
    handler: async (request, reply) => {
      const newest = latestAlone(await readCatalogue(directory), latestMethod(request.query.method));
      if (!newest) throw new BatonError('not-found', 'There is no such backup yet.');
      return await sendBackup({ request, reply, logger }, directory, newest);
    },
  });
  app.route<{ Params: { name: string } }>({
    method: ['GET', 'HEAD'],
    url: '/backups/:name',
    config,
    handler: async (request, reply) => {
      const { name } = request.params;
      const isManifest = name.endsWith('.json');
      const manifest = await findBackup(directory, isManifest ? name.slice(0, -'.json'.length) : name);
      if (!manifest) throw nothing;
      if (isManifest) return reply.header('cache-control', 'no-cache').send(manifest);
      return await sendBackup({ request, reply, logger }, directory, manifest);
    },
  });
}

/** /backups/mariadb-full and /backups/mariabackup: the same files under the names that SlapOS's replicas look for. */
export function serveOriginNames(app: FastifyInstance, { server, directory, logger }: BackupParts): void {
  const own = async (): Promise<DumpManifest[]> =>
    (await readCatalogue(directory)).filter((backup) => backup.server === server);
  app.get('/backups/mariabackup/index.txt', { config }, async (_, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send(originIndex(await own())),
  );
  for (const [folder, find] of [
    ['mariadb-full', originDump],
    ['mariabackup', originPhysical],
  ] as const) {
    app.route<{ Params: { name: string } }>({
      method: ['GET', 'HEAD'],
      url: `/backups/${folder}/:name`,
      config,
      handler: async (request, reply) => {
        const manifest = find(await own(), request.params.name);
        if (!manifest) throw nothing;
        return await sendBackup({ request, reply, logger }, directory, manifest);
      },
    });
  }
}

/** /v1/backups: taking them, for the console alone. */
export function serveBackupRuns(app: FastifyInstance, { directory, runner }: BackupParts): void {
  app.get('/v1/backups', async () => ({
    backups: await readSummaries(directory).catch((error: unknown) => {
      // A disk that is not mounted: nothing is wrong with the agent.
      throw new BatonError('unavailable', `Its backup directory can't be read: ${messageOf(error)}.`);
    }),
  }));
  app.post('/v1/backups', async (request, reply) => {
    const asked = backupRequest.safeParse(request.body ?? {});
    if (!asked.success) throw new BatonError('invalid', `No backup like that: ${asked.error.issues[0]?.message}.`);
    return reply.code(202).send(await runner.take(asked.data));
  });
  app.post('/v1/backups/prune', async () => ({ removed: (await runner.prune()).map(({ name }) => name) }));
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/v1/backups/runs/:id',
    handler: async (request) => {
      const run = runner.run(request.params.id);
      if (!run) throw new BatonError('not-found', 'There is no such run of a backup.');
      return run;
    },
  });
}

/** Restoring a backup into a throw-away server, for the console alone. */
export function serveVerifications(app: FastifyInstance, { verifications }: BackupParts): void {
  app.route<{ Params: { name: string } }>({
    method: 'POST',
    url: '/v1/backups/:name/verify',
    handler: async (request, reply) => reply.code(202).send(await verifications.start(request.params.name)),
  });
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/v1/verifications/:id',
    handler: async (request) => {
      const run = verifications.run(request.params.id);
      if (!run) throw new BatonError('not-found', 'There is no such verification.');
      return run;
    },
  });
}

function latestMethod(asked: string | undefined): 'dump' | 'mariabackup' | undefined {
  if (asked === undefined || asked === 'dump' || asked === 'mariabackup') return asked;
  throw new BatonError('invalid', 'There is no such method of a backup.', 'It is dump or mariabackup.');
}
