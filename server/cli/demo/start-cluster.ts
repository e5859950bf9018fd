import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { reopenCluster } from '../../sandbox/reopen.ts';
import { say, step } from '../../setup/progress.mjs';
import { clusterName } from './layout.ts';

/** The servers of an earlier demo in this folder, with the roles and the data they had, or new ones. */
export async function startCluster(dir: string, replicas: number): Promise<SandboxCluster> {
  const cluster = await step('servers', 'starting MariaDB', async () => {
    return (await reopenCluster(dir)) ?? (await createCluster({ dir, name: clusterName, replicas }));
  });
  const found = cluster.servers.length - 1;
  if (found !== replicas)
    say(`  The earlier demo goes on, with ${found} replicas; --fresh starts one with ${replicas}.`);
  return cluster;
}
