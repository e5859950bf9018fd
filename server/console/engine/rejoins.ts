import { requirePermission } from '../../access/actor.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import type { EngineParts } from './parts.ts';

type RejoinMethods = Pick<
  Engine,
  'rejoinPlan' | 'rejoin' | 'extraTransactions' | 'exportExtraTransactions' | 'exports' | 'openExport'
>;

/** What follows a takeover: the old primary back as a replica, or what only it has. */
export function rejoinMethods({ clusters, access, logger, settled, stopping }: EngineParts): RejoinMethods {
  const serverOf = (name: string, server: string) => {
    const cluster = clusters.get(name);
    requireServer(cluster, server);
    return cluster;
  };

  return {
    async rejoinPlan(actor, name, server, { setAside }) {
      requirePermission(actor, 'view');
      return await serverOf(name, server).rejoins.plan(server, setAside);
    },

    async rejoin(actor, name, { server, dryRun, setAside, confirm }) {
      requirePermission(actor, 'operate');
      const { rejoins } = serverOf(name, server);
      await settled;
      if (stopping()) throw new BatonError('unavailable', 'The console is ending.', 'Try again when it is back.');
      const audited = {
        actor,
        action: `${setAside ? 'reseed' : 'rejoin'}${dryRun ? '-dry-run' : ''}`,
        cluster: name,
        object: server,
      };
      await access.audit.record({ ...audited, result: 'asked' });
      try {
        return await rejoins.start({ server, dryRun, setAside, confirm, actor: actor.name });
      } catch (error) {
        const result = `refused: ${messageOf(error)}`;
        await access.audit
          .record({ ...audited, result })
          .catch((failure: unknown) =>
            logger.error({ err: failure, ...audited, result }, 'a refusal is not in the audit'),
          );
        throw error;
      }
    },

    async extraTransactions(actor, name, server) {
      requirePermission(actor, 'view');
      return await serverOf(name, server).rejoins.extraTransactions(server);
    },

    async exportExtraTransactions(actor, name, server) {
      requirePermission(actor, 'download');
      const { rejoins, agents } = serverOf(name, server);
      const client = agents.clientOf(server);
      const { count, ranges, text } = await rejoins.extraTransactions(server);
      if (count === 0) throw new BatonError('not-found', `${server} has no transactions of its own.`);
      const result = `begun: ${count} transactions, ${text}`;
      await access.audit.record({ actor, action: 'extra-transactions-export', cluster: name, object: server, result });
      return await client.transactions(ranges.map(({ from, to }) => `${from}:${to.split('-')[2] ?? ''}`));
    },

    async exports(actor, name, server) {
      requirePermission(actor, 'view');
      return await serverOf(name, server).agents.clientOf(server).exports();
    },

    async openExport(actor, name, server, file) {
      requirePermission(actor, 'download');
      const opened = await serverOf(name, server).agents.clientOf(server).openExport(file);
      const audited = { actor, action: 'extra-transactions-export', cluster: name, object: server };
      await access.audit.record({ ...audited, result: `begun: ${file}` });
      return opened;
    },
  };
}
