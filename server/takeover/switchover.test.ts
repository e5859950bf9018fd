import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import { startWritableProbe } from '../sandbox/writable-probe.ts';
import { startWriteLoad, verifyWrites } from '../sandbox/write-load.ts';
import { isReadOnly } from './testing/server-state.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
beforeAll(async () => {
  cluster = await createCluster();
  baton = await startBaton(cluster);
});
afterAll(async () => {
  await baton.stop();
  await cluster.stop();
});

test('ten switchovers under 200 writes/s lose no acknowledged write and never show two writable servers', async () => {
  const app = cluster.accounts.app;
  const load = startWriteLoad({ servers: cluster.servers, account: app, perSecond: 200, writers: 2 });
  const probe = startWritableProbe({ servers: cluster.servers, account: app });
  await load.flowing();
  for (let round = 0; round < 10; round += 1) {
    const view = await baton.promote(round % 2 === 0 ? 'db-2' : 'db-1');
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    // No agent here: that read_only is in no configuration is the one thing left to do.
    expect(view.followUps.map(({ text }) => text)).toEqual([
      expect.stringContaining('read_only=0 is not in the configuration'),
      expect.stringContaining('read_only=1 is not in the configuration'),
    ]);
    expect(view.writeOutageMs).toBeLessThan(1_000);
    await load.flowing();
  }
  const report = await load.stop();
  const { overlaps } = await probe.stop();
  expect(overlaps).toEqual([]);
  expect(report.count).toBeGreaterThan(100);
  for (const server of cluster.servers) {
    if (server.name !== 'db-1') await caughtUp(server, cluster.server('db-1'));
    expect(await verifyWrites(server, report.acknowledged)).toEqual([]);
  }
});

test('after a switchover every other server follows the new primary, and the old one is read-only', async () => {
  const view = await baton.promote('db-3');
  expect(view.summary).toMatch(/^db-3 is primary\. Writes stopped for \d+ ms; nothing was lost\./);
  const { port } = cluster.server('db-3');
  for (const name of ['db-1', 'db-2']) {
    expect(await followed(cluster.server(name))).toMatchObject({ port, ioRunning: true, sqlRunning: true });
    expect(await isReadOnly(cluster.server(name))).toBe(true);
  }
  expect(await isReadOnly(cluster.server('db-3'))).toBe(false);
});
