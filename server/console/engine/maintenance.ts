import { requirePermission, type Actor } from '../../access/actor.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import type { EngineParts } from './parts.ts';

type MaintenanceMethods = Pick<Engine, 'setAside' | 'endMaintenance'>;

/** Servers that somebody has set aside. In the audit before it holds, as everything that changes what others see. */
export function maintenanceMethods({ clusters, access, logger, now }: EngineParts): MaintenanceMethods {
  const watcherOf = (name: string, server: string) => {
    const cluster = clusters.get(name);
    requireServer(cluster, server);
    return cluster.watcher;
  };

  async function audited<T>(
    actor: Actor,
    record: { action: string; cluster: string; object: string; result: string },
    act: () => Promise<T>,
  ): Promise<T> {
    await access.audit.record({ actor, ...record });
    try {
      return await act();
    } catch (error) {
      const result = `failed: ${messageOf(error)}`;
      await access.audit
        .record({ actor, ...record, result })
        .catch((failure: unknown) =>
          logger.error({ err: failure, ...record, result }, 'a failure is not in the audit'),
        );
      throw error;
    }
  }

  return {
    async setAside(actor, name, server, { reason, owner, minutes }) {
      requirePermission(actor, 'operate');
      const watcher = watcherOf(name, server);
      const at = now();
      const [since, until] = [new Date(at).toISOString(), new Date(at + minutes * 60_000).toISOString()];
      const maintenance = { reason, owner: owner ?? actor.name, since, until };
      const result = `until ${until}, ${maintenance.owner}: ${reason}`;
      await audited(actor, { action: 'maintenance-begin', cluster: name, object: server, result }, async () =>
        watcher.setAside(server, maintenance),
      );
      return maintenance;
    },

    async endMaintenance(actor, name, server) {
      requirePermission(actor, 'operate');
      const watcher = watcherOf(name, server);
      const was = watcher.snapshot().servers.find((one) => one.name === server)?.maintenance ?? null;
      if (was === null) throw new BatonError('not-found', `${server} is not in maintenance.`);
      const result = `ended; it was until ${was.until}, ${was.owner}: ${was.reason}`;
      await audited(actor, { action: 'maintenance-end', cluster: name, object: server, result }, async () =>
        watcher.endMaintenance(server),
      );
    },
  };
}
