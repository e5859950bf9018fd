import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { reopenCluster } from '../../sandbox/reopen.ts';
import { say, step } from '../../setup/progress.mjs';
import { SetupError } from '../../setup/setup-error.mjs';
import { clusterName } from './layout.ts';
import type { DemoOptions } from './options.ts';
import { loadTimeZones } from '../../services/mariadb-update/time-zones.ts';

/** The servers of an earlier demo in this folder, with the roles and the data they had, or new ones. */
export async function startCluster(
  dir: string,
  { replicas, tls }: Pick<DemoOptions, 'replicas' | 'tls'>,
): Promise<SandboxCluster> {
  const cluster = await step(
    'servers',
    'starting MariaDB',
    async () => (await reopenCluster(dir)) ?? (await newCluster(dir, replicas, tls)),
  );
  const found = cluster.servers.length - 1;
  if (found !== replicas)
    say(`  The earlier demo goes on, with ${found} replicas; --fresh starts one with ${replicas}.`);
  if (tls && cluster.authority === null) {
    await cluster.stop({ keep: true });
    throw new SetupError(
      'The earlier demo in that folder speaks no TLS: start another one with --fresh, or in another --dir.',
      2,
    );
  }
  if (!tls && cluster.authority !== null) say('  The earlier demo goes on, over TLS; --fresh starts one without.');
  return cluster;
}

/** As a cluster in use is: mariadb_update ran on its first primary long ago, so that a takeover has no time zones to load. */
async function newCluster(dir: string, replicas: number, secure: boolean): Promise<SandboxCluster> {
  const cluster = await createCluster({ dir, name: clusterName, replicas, secure });
  try {
    await Promise.all(
      cluster.servers.map(
        async ({ socket, optionsFile: defaultsFile }) => await loadTimeZones({ socket, defaultsFile }),
      ),
    );
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}
