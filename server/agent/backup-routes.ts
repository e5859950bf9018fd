import type { FastifyInstance } from 'fastify';
import type { Dump, DumpManifest } from '../contract/dumps.ts';
import { BatonError } from '../contract/errors.ts';
import { findBackup, readCatalogue } from '../backups/catalogue.ts';
import type { BackupParts } from './backup-parts.ts';
import { listingPage } from './listing.ts';
import { sendBackup } from './send-backup.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The reader's token is enough. */
    readers?: boolean;
  }
}

/** /backups: the static folder, for the console and for readers. */
export function serveBackups(app: FastifyInstance, { server, directory }: BackupParts): void {
  const config = { readers: true };
  app.get('/backups/', { config }, async (request, reply) => {
    const backups = await readCatalogue(directory);
    reply.header('cache-control', 'no-store').header('vary', 'accept');
    if ((request.headers.accept ?? '').includes('application/json')) return { backups: backups.map(summary) };
    return reply.type('text/html; charset=utf-8').send(listingPage(server, backups));
  });
  app.get('/backups', { config }, async (_, reply) => reply.redirect('/backups/', 308));
  app.route<{ Params: { name: string } }>({
    method: ['GET', 'HEAD'],
    url: '/backups/:name',
    config,
    handler: async (request, reply) => {
      const { name } = request.params;
      if (name === 'latest') {
        const [newest] = await readCatalogue(directory);
        if (!newest) throw new BatonError('not-found', 'There is no backup yet.');
        return await sendBackup(request, reply, directory, newest);
      }
      const isManifest = name.endsWith('.json');
      const manifest = await findBackup(directory, isManifest ? name.slice(0, -'.json'.length) : name);
      if (!manifest) throw new BatonError('not-found', 'There is no such backup.');
      if (isManifest) return reply.header('cache-control', 'no-cache').send(manifest);
      return await sendBackup(request, reply, directory, manifest);
    },
  });
}

/** /v1/backups: taking them, for the console alone. */
export function serveBackupRuns(app: FastifyInstance, { directory, runner }: BackupParts): void {
  app.get('/v1/backups', async () => ({ backups: (await readCatalogue(directory)).map(summary) }));
  app.post('/v1/backups', async (_, reply) => reply.code(202).send(await runner.take()));
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

function summary(manifest: DumpManifest): Dump {
  const { server, name, method, bytes, sha256, gtid, startedAt, endedAt, base, database } = manifest;
  return { server, name, method, bytes, sha256, gtid, startedAt, endedAt, base, database, verified: null };
}
