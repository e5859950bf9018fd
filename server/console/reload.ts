import type { Logger } from 'pino';
import { differences } from '../configuration/differences.ts';
import type { Operations } from '../operations/operations.ts';
import { createCluster, type ClusterParts } from './cluster.ts';
import { readClusterSecrets } from './cluster-secrets.ts';
import type { Clusters } from './clusters.ts';
import type { Hub } from './hub.ts';
import type { ConsoleConfiguration } from './read-configuration.ts';

/** Fields of console: that are read once; a change of them is taken at the next start. */
const fixedFields = ['listen', 'tls', 'store', 'sessionSecretFile', 'sessionHours'];

/**
 * Takes a new configuration over: clusters that are new, gone or changed are started, stopped, replaced; one on which an
 * operation runs stays as it is, and the log says so. Rejects, with nothing changed, when a secret can't be read.
 */
export async function applyConfiguration(
  before: ConsoleConfiguration,
  after: ConsoleConfiguration,
  parts: ClusterParts & { clusters: Clusters; hub: Hub; operations: Operations; logger: Logger },
): Promise<void> {
  const { clusters, hub, operations, logger } = parts;
  const { clusters: changes, console } = differences(before, after);
  const built = await Promise.all(
    [...changes.added, ...changes.changed].flatMap((name) => {
      const configuration = after.clusters[name];
      if (!configuration) return [];
      return [readClusterSecrets(configuration).then((secrets) => ({ name, configuration, secrets }))];
    }),
  );
  for (const name of [...changes.removed, ...changes.changed].filter((one) => operations.running(one) !== null)) {
    logger.warn({ cluster: name }, 'an operation runs on it: its new configuration waits for the next reload');
  }
  const free = (name: string): boolean => operations.running(name) === null;
  for (const name of changes.removed.filter(free)) {
    const old = clusters.find(name);
    clusters.remove(name);
    hub.forget(name);
    await old?.stop();
  }
  for (const { name, configuration, secrets } of built.filter((one) => free(one.name))) {
    const old = clusters.find(name);
    const cluster = createCluster(name, configuration, secrets, parts);
    clusters.put(cluster);
    await old?.stop();
    await cluster.start();
  }
  const fixed = console.filter((field) => fixedFields.includes(field));
  if (fixed.length > 0) logger.warn({ fields: fixed }, 'these fields of console: are taken at the next start');
  logger.info({ ...changes, console }, 'configuration read again');
}
