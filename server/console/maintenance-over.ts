import type { Logger } from 'pino';
import type { Access } from '../access/access.ts';
import type { Maintenance } from '../contract/maintenance.ts';

/** Writes into the audit that a maintenance has ended by its time. Rejects as the store does. */
export function auditMaintenanceOver(
  access: Access,
  logger: Logger,
): (cluster: string, server: string, was: Maintenance) => Promise<void> {
  return async (cluster, object, { until, owner, reason }) => {
    const result = `over by its time, ${until}, ${owner}: ${reason}`;
    try {
      const actor = { name: 'baton', from: 'console' };
      await access.audit.record({ actor, action: 'maintenance-end', cluster, object, result });
    } catch (error) {
      logger.error({ err: error, cluster, object, result }, 'the end of a maintenance is not in the audit yet');
      throw error;
    }
  };
}
