import { requirePermission } from '../../access/actor.ts';
import { BatonError } from '../../contract/errors.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import { auditing, whenSettled } from './audited.ts';
import type { EngineParts } from './parts.ts';

type RejoinMethods = Pick<
  Engine,
  'rejoinPlan' | 'rejoin' | 'extraTransactions' | 'exportExtraTransactions' | 'exports' | 'openExport'
>;

/** What follows a takeover: the old primary back as a replica, or what only it has. */
export function rejoinMethods(parts: EngineParts): RejoinMethods {
  const { clusters, access } = parts;
  const audited = auditing(parts);
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
      await whenSettled(parts);
      const action = `${setAside ? 'reseed' : 'rejoin'}${dryRun ? '-dry-run' : ''}`;
      return await audited({ actor, action, cluster: name, object: server }, async () =>
        rejoins.start({ server, dryRun, setAside, confirm, actor: actor.name }),
      );
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
      const deed = { actor, action: 'extra-transactions-export', cluster: name, object: server };
      await access.audit.record({ ...deed, result: `begun: ${file}` });
      return opened;
    },
  };
}
