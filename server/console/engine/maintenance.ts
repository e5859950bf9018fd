import { requirePermission } from '../../access/actor.ts';
import { BatonError } from '../../contract/errors.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import { auditing } from './audited.ts';
import type { EngineParts } from './parts.ts';

type MaintenanceMethods = Pick<Engine, 'setAside' | 'endMaintenance'>;

/** Servers that somebody has set aside. In the audit before it holds, as everything that changes what others see. */
export function maintenanceMethods(parts: EngineParts): MaintenanceMethods {
  const { clusters, now } = parts;
  const watcherOf = (name: string, server: string) => {
    const cluster = clusters.get(name);
    requireServer(cluster, server);
    return cluster.watcher;
  };

  const audited = auditing(parts);

  return {
    async setAside(actor, name, server, { reason, owner, minutes }) {
      requirePermission(actor, 'operate');
      const watcher = watcherOf(name, server);
      const at = now();
      const [since, until] = [new Date(at).toISOString(), new Date(at + minutes * 60_000).toISOString()];
      const maintenance = { reason, owner: owner ?? actor.name, since, until };
      const result = `until ${until}, ${maintenance.owner}: ${reason}`;
      const deed = { actor, action: 'maintenance-begin', cluster: name, object: server };
      await audited(deed, async () => watcher.setAside(server, maintenance), { asked: result, failed: 'failed' });
      return maintenance;
    },

    async endMaintenance(actor, name, server) {
      requirePermission(actor, 'operate');
      const watcher = watcherOf(name, server);
      const was = await watcher.maintenanceOf(server);
      if (was === null) throw new BatonError('not-found', `${server} is not in maintenance.`);
      const result = `ended; it was until ${was.until}, ${was.owner}: ${was.reason}`;
      const deed = { actor, action: 'maintenance-end', cluster: name, object: server };
      await audited(deed, async () => watcher.endMaintenance(server), { asked: result, failed: 'failed' });
    },
  };
}
