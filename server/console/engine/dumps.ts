import { type Actor, requirePermission } from '../../access/actor.ts';
import type { BackupRequest } from '../../contract/agent.ts';
import { isWholeByItself } from '../../contract/dump-proof.ts';
import type { Dump, DumpCatalogue } from '../../contract/dumps.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import type { Cluster } from '../cluster.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import type { EngineParts } from './parts.ts';

type DumpMethods = Pick<
  Engine,
  'dumps' | 'findDump' | 'openDump' | 'downloadEnded' | 'takeBackup' | 'backupRun' | 'verifyDump' | 'verifyRun'
>;

const downloadAction = 'dump-download';
/** Far enough back to find the last download among sign-ins. */
const auditLook = 500;

/** Dumps: listed from memory; opened by the names of the catalogue and nothing else; each download in the audit. */
export function dumpMethods({ clusters, access, logger }: EngineParts): DumpMethods {
  return {
    async dumps(actor, name) {
      requirePermission(actor, 'view');
      const { agents } = clusters.get(name);
      return { dumps: agents.dumps(), servers: agents.states(), lastDownload: await lastDownload(name) };
    },

    async findDump(actor, name, server, file, method) {
      requirePermission(actor, 'download');
      const cluster = clusters.get(name);
      if (server === 'latest' && file === 'latest') return newest(cluster, method);
      return dumpOf(cluster, server, file);
    },

    async openDump(actor, name, dump, asked) {
      requirePermission(actor, 'download');
      const client = clusters.get(name).agents.clientOf(dump.server);
      if (asked.method === 'GET') {
        const { range } = asked.headers;
        const what = range === undefined ? `${dump.bytes} bytes` : `${range} of ${dump.bytes}`;
        await record(actor, name, dump, `begun: ${what}`);
      }
      try {
        return await client.downloadBackup(dump.name, asked);
      } catch (error) {
        if (asked.method === 'GET') await recordEnd(actor, name, dump, `failed: ${messageOf(error)}`);
        throw error;
      }
    },

    async downloadEnded(actor, name, dump, { bytes, whole }) {
      const result = whole ? `done: ${bytes} bytes` : `broke off after ${bytes} bytes`;
      await recordEnd(actor, name, dump, result);
    },

    async takeBackup(actor, name, server, request) {
      requirePermission(actor, 'operate');
      const cluster = clusters.get(name);
      requireServer(cluster, server);
      const client = cluster.agents.clientOf(server);
      await access.audit.record({
        actor,
        action: 'dump-request',
        cluster: name,
        object: server,
        result: askedText(request),
      });
      const run = await client.takeBackup(request);
      void cluster.agents.refresh(server);
      return run;
    },

    async backupRun(actor, name, server, id) {
      requirePermission(actor, 'view');
      const cluster = clusters.get(name);
      requireServer(cluster, server);
      const run = await cluster.agents.clientOf(server).backupRun(id);
      if (run.state !== 'running') void cluster.agents.refresh(server);
      return run;
    },

    async verifyDump(actor, name, server, file) {
      requirePermission(actor, 'operate');
      const cluster = clusters.get(name);
      const { name: found } = dumpOf(cluster, server, file);
      const object = `${server}/${found}`;
      await access.audit.record({ actor, action: 'dump-verify', cluster: name, object, result: 'asked' });
      const run = await cluster.agents.clientOf(server).verifyBackup(found);
      void cluster.agents.refresh(server);
      return run;
    },

    async verifyRun(actor, name, server, id) {
      requirePermission(actor, 'view');
      const cluster = clusters.get(name);
      requireServer(cluster, server);
      const run = await cluster.agents.clientOf(server).verifyRun(id);
      if (run.state !== 'running') void cluster.agents.refresh(server);
      return run;
    },
  };

  async function recordEnd(actor: Actor, cluster: string, dump: Dump, result: string): Promise<void> {
    await record(actor, cluster, dump, result).catch((error: unknown) => {
      logger.error({ err: error, dump: dump.name, result }, 'the end of a download is not in the audit');
    });
  }

  async function record(actor: Actor, cluster: string, dump: Dump, result: string): Promise<void> {
    await access.audit.record({
      actor,
      action: downloadAction,
      cluster,
      object: `${dump.server}/${dump.name}`,
      result,
    });
  }

  async function lastDownload(cluster: string): Promise<DumpCatalogue['lastDownload']> {
    const entries = await access.audit.list({ limit: auditLook, cluster });
    const last = entries.find((entry) => entry.action === downloadAction);
    return last ? { at: last.at, actor: last.actor, name: last.object ?? '' } : null;
  }
}

function dumpOf(cluster: Cluster, server: string, file: string): Dump {
  requireServer(cluster, server);
  const found = cluster.agents.dumps().find((dump) => dump.server === server && dump.name === file);
  if (found) return found;
  throw new BatonError('not-found', `${server} has no such dump.`, 'Look at the list of dumps again.');
}

function askedText({ method, database }: BackupRequest): string {
  if (database !== undefined) return `asked: a dump of ${database}`;
  return method === undefined ? 'asked' : `asked: ${method}`;
}

/** The newest dump that needs no other, and whose agent answers, so that it can be had; else the newest such. */
function newest({ name, agents }: Cluster, method?: 'dump' | 'mariabackup'): Dump {
  const dumps = agents.dumps().filter((one) => isWholeByItself(one) && (method === undefined || one.method === method));
  const up = new Set(agents.states().flatMap(({ server, agent }) => (agent === 'up' ? [server] : [])));
  const found = dumps.find((dump) => up.has(dump.server)) ?? dumps[0];
  if (found) return found;
  throw new BatonError('not-found', `${name} has no dump yet.`, 'Make one: POST …/servers/SERVER/backups.');
}
