import type { Logger } from 'pino';
import { messageOf } from '../contract/errors.ts';
import type { Operations } from '../operations/operations.ts';
import type { Clusters } from './clusters.ts';

/**
 * Takes up what a console left unfinished, each cluster's by itself, once its servers were looked at. What can't be taken
 * up is shown as a problem of its cluster, with the reason, and can be resumed by hand. Never rejects.
 */
export async function takeUpUnfinished(operations: Operations, clusters: Clusters, logger: Logger): Promise<void> {
  const rows = await operations.unfinished().catch((error: unknown) => {
    logger.error({ err: error }, 'unfinished operations could not be looked for');
    return [];
  });
  await Promise.all(
    rows.map(async ({ id, cluster: name, kind, target }) => {
      const cluster = clusters.find(name);
      if (!cluster) {
        logger.error(
          { operation: id, cluster: name },
          'an unfinished operation is of a cluster that is not configured',
        );
        return;
      }
      try {
        await cluster.watcher.lookNow();
        const [taken] = await cluster.takeovers.resume(id);
        if (!taken)
          cluster.showInterrupted(
            `The ${kind} ${['rejoin', 'reseed'].includes(kind) ? 'of' : 'to'} ${target} was interrupted; another console may be at it.`,
          );
        logger.warn({ operation: id, cluster: name, taken: taken !== undefined }, 'unfinished operation');
      } catch (error) {
        const reason = messageOf(error);
        const what = `The ${kind} ${['rejoin', 'reseed'].includes(kind) ? 'of' : 'to'} ${target}`;
        cluster.showInterrupted(`${what} was interrupted and could not be taken up: ${reason}`);
        logger.error({ err: error, operation: id, cluster: name }, 'an unfinished operation could not be taken up');
      }
    }),
  );
}
