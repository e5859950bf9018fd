import { expect, test } from 'vitest';
import { createCluster } from '../sandbox/cluster.ts';
import { followed } from '../sandbox/replication.ts';
import { startWriteLoad, verifyWrites } from '../sandbox/write-load.ts';
import { isReadOnly } from './testing/server-state.ts';
import { startBaton } from './testing/baton.ts';

test('a detached replica takes writes on its own, and its primary goes on unchanged', async () => {
  await using cluster = await createCluster();
  const baton = await startBaton(cluster);
  try {
    const load = startWriteLoad({ servers: [cluster.server('db-1')], account: cluster.accounts.app, perSecond: 100 });
    await load.flowing();
    const view = await baton.promote('db-3', { kind: 'detach' });
    await load.flowing();
    const { acknowledged } = await load.stop();
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(view.summary).toContain('db-3 lives on its own; db-1 was not touched.');
    expect(view.writeOutageMs).toBeNull();
    expect(await followed(cluster.server('db-3'))).toBeNull();
    expect(await isReadOnly(cluster.server('db-3'))).toBe(false);
    expect(await isReadOnly(cluster.server('db-1'))).toBe(false);
    expect(await followed(cluster.server('db-2'))).toMatchObject({
      port: cluster.server('db-1').port,
      sqlRunning: true,
    });
    expect(await verifyWrites(cluster.server('db-1'), acknowledged)).toEqual([]);
    await baton.watcher.lookNow();
    expect(baton.watcher.snapshot().servers.map(({ role }) => role)).toEqual(['primary', 'replica', 'standalone']);
  } finally {
    await baton.stop();
  }
});
