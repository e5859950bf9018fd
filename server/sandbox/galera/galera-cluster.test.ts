import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGaleraCluster } from './galera-cluster.ts';
import { statusOf, untilSynced, withStartOptions } from './node.ts';

test(
  'three real nodes replicate, leave one after the other, and a killed one takes what it missed',
  { timeout: 180_000 },
  async () => {
    await using cluster = await createGaleraCluster();
    const [first, second, third] = cluster.servers;
    if (!first || !second || !third) throw new Error('three nodes were asked for');
    await first.sql("INSERT INTO shop.orders (uid) VALUES ('a')");
    await second.sql("INSERT INTO shop.orders (uid) VALUES ('b')");
    for (const node of cluster.servers) {
      const [row] = await node.sql('SET SESSION wsrep_sync_wait=1', 'SELECT COUNT(*) AS n FROM shop.orders');
      expect(row).toEqual({ n: '2' });
    }
    await third.kill();
    await untilSynced([first, second]);
    await first.sql("INSERT INTO shop.orders (uid) VALUES ('c')");
    await third.start();
    await untilSynced(cluster.servers);
    expect((await statusOf(third))['cluster_state_uuid']).toBe((await statusOf(first))['cluster_state_uuid']);
    await first.stop();
    await second.stop();
    await third.stop();
    const state = async (name: string): Promise<string> =>
      await readFile(join(cluster.server(name).dataDir, 'grastate.dat'), 'utf8');
    expect(await state('db-1')).toMatch(/safe_to_bootstrap: 0/);
    expect(await state('db-3')).toMatch(/safe_to_bootstrap: 1/);
    await withStartOptions(third, 'wsrep_new_cluster=1', async () => await third.start());
    await untilSynced([third]);
  },
);
