import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from './cluster.ts';
import { caughtUp } from './replication.ts';

let cluster: SandboxCluster;
beforeAll(async () => {
  cluster = await createCluster();
});
afterAll(async () => await cluster.stop());

test('what is written on the primary is on both replicas', async () => {
  const primary = cluster.server('db-1');
  await primary.sql("INSERT INTO shop.orders (uid) VALUES ('one')");
  for (const name of ['db-2', 'db-3']) {
    await caughtUp(cluster.server(name), primary);
    expect(await cluster.server(name).sql("SELECT uid FROM shop.orders WHERE uid='one'")).toEqual([{ uid: 'one' }]);
  }
});
