import type { Logger } from 'pino';
import { differences } from '../configuration/differences.ts';
import type { Operations } from '../operations/operations.ts';
import { createCluster, type ClusterParts } from './cluster.ts';
import { readClusterSecrets } from './cluster-secrets.ts';
import type { Clusters } from './clusters.ts';
import type { Hub } from './hub.ts';
import type { ConsoleConfiguration } from './read-configuration.ts';
import { noWays } from './ways.ts';

/** Fields of console: that are read once; a change of them is taken at the next start. */
const fixedFields = ['listen', 'runDirectory', 'tls', 'plainHttp', 'store', 'sessionSecretFile', 'sessionHours'];

/**
 * Takes a new configuration over: clusters that are new, gone or changed are started, stopped, replaced; of a changed one, the
 * connections to servers and agents whose way has not changed go on. One on which an operation runs stays as it is until a later reload, and the log says so. Answers what is in force now. Rejects, with
 * nothing changed, when a secret can't be read.
 */
export async function applyConfiguration(
  before: ConsoleConfiguration,
  after: ConsoleConfiguration,
  parts: ClusterParts & { clusters: Clusters; hub: Hub; operations: Operations; logger: Logger },
): Promise<ConsoleConfiguration> {
  const { clusters, hub, operations, logger } = parts;
  const { clusters: changes, console } = differences(before, after);
  const built = await Promise.all(
    [...changes.added, ...changes.changed].flatMap((name) => {
      const configuration = after.clusters[name];
      if (!configuration) return [];
      return [readClusterSecrets(configuration, logger).then((secrets) => ({ name, configuration, secrets }))];
    }),
  );
  const busy = new Set([...changes.removed, ...changes.changed].filter((name) => operations.running(name) !== null));
  for (const name of changes.removed.filter((one) => !busy.has(one))) {
    const old = clusters.find(name);
    clusters.remove(name);
    await old?.stop();
    hub.forget(name);
  }
  for (const { name, configuration, secrets } of built.filter((one) => !busy.has(one.name))) {
    const old = clusters.find(name);
    const plan = { configuration, secrets };
    const staying = old?.waysFor(plan) ?? noWays;
    const cluster = createCluster(name, plan, parts, staying);
    clusters.put(cluster);
    await old?.stop(staying);
    await cluster.start();
  }
  const fixed = console.filter((field) => fixedFields.includes(field));
  if (fixed.length > 0) logger.warn({ fields: fixed }, 'these fields of console: are taken at the next start');
  if (busy.size > 0)
    logger.warn({ clusters: [...busy] }, 'an operation runs there: not changed, reload again after it');
  logger.info({ ...changes, console }, 'configuration read again');
  const kept = Object.entries(before.clusters).filter(([name]) => busy.has(name));
  return { ...after, clusters: { ...after.clusters, ...Object.fromEntries(kept) } };
}
