import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { returned } from '../../console/returns.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../../sandbox/write-load.ts';
import { startBaton, throughFronts, type TestBaton } from '../testing/baton.ts';
import type { KilledConsolePlan } from '../testing/killed-console.ts';
import { mostReceived } from '../testing/most-received.ts';
import { isReadOnly, writableOf } from '../testing/server-state.ts';

interface Scene {
  readonly cluster: SandboxCluster;
  readonly baton: TestBaton;
  readonly load: WriteLoad;
}

let current: Scene | null = null;
afterEach(async () => {
  const stage = current;
  current = null;
  if (!stage) return;
  for (const server of stage.cluster.servers) if (server.alive()) server.thaw();
  await stage.load.stop();
  await stage.baton.stop();
  await stage.cluster.stop();
});

async function scene(options: Parameters<typeof createCluster>[0] = {}): Promise<Scene> {
  const cluster = await createCluster(options);
  const baton = await startBaton(throughFronts(cluster));
  const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  current = { cluster, baton, load };
  await load.flowing();
  return current;
}

async function seen({ baton }: Scene, server: string, kind: 'up' | 'unreachable'): Promise<void> {
  await until(() => baton.watcher.observationOf(server)?.kind === kind, { what: `${server} is seen to be ${kind}` });
}

/** That server alone takes writes, the other follows it with all it has, and of what was acknowledged nothing is missing but `lost`. */
async function expectWhole({ cluster, load }: Scene, primary: string, replica: string | null): Promise<string[]> {
  await load.flowing();
  const { acknowledged } = await load.stop();
  const target = cluster.server(primary);
  const missing = await verifyWrites(target, acknowledged);
  if (replica === null) return missing;
  await caughtUp(cluster.server(replica), target);
  expect(await verifyWrites(cluster.server(replica), acknowledged)).toEqual(missing);
  return missing;
}

test('S1: kill -9 of the primary, and what a failover lost is what it says when the dead one comes back', async () => {
  const stage = await scene();
  const { cluster, baton } = stage;
  await cluster.server('db-1').kill();
  await seen(stage, 'db-1', 'unreachable');
  const [target, other] = await mostReceived(cluster, baton);
  expect((await baton.promote(target)).outcome).toMatch(/^succeeded/);
  const missing = await expectWhole(stage, target, other);
  await cluster.server('db-1').start();
  await seen(stage, 'db-1', 'up');
  const told = await baton.takeovers.returned('db-1');
  const count = Number(/it has (\d+) transaction/.exec(told?.summary ?? '')?.[1] ?? 0);
  expect(missing.length).toBeLessThanOrEqual(count);
  expect(await writableOf(cluster.servers)).toEqual([target]);
});

test('S1b: a primary that crashes and starts again by itself is not failed over from', async () => {
  const stage = await scene();
  const { cluster, baton } = stage;
  await cluster.server('db-1').kill();
  await seen(stage, 'db-1', 'unreachable');
  const plan = await baton.takeovers.plan({ target: 'db-2' });
  expect(plan.kind).toBe('failover');
  await cluster.server('db-1').start();
  const refused = await baton.takeovers
    .start({ planId: plan.id, accept: [], confirm: 'db-2', dryRun: false, actor: 'ana' })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'outdated' });
  expect(await expectWhole(stage, 'db-1', 'db-2')).toEqual([]);
});

test('S2: a primary that hangs, is failed over from and wakes up is read-only at once, also where no console saw it', async () => {
  const stage = await scene();
  const { cluster, baton } = stage;
  cluster.server('db-1').freeze();
  await seen(stage, 'db-1', 'unreachable');
  expect((await baton.promote('db-2', { accept: ['unfenced', 'replica-ahead'] })).outcome).toBe(
    'succeeded-with-follow-ups',
  );
  await baton.stop();
  cluster.server('db-1').thaw();
  expect(await writableOf(cluster.servers)).toEqual(['db-1', 'db-2']);
  const next = await startBaton(throughFronts(cluster));
  current = { ...stage, baton: next };
  for (const server of returned(null, next.watcher.snapshot())) await next.takeovers.returned(server);
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

test('S3: a primary that was cut off from everybody and comes back is read-only at once, and named with what only it has', async () => {
  const stage = await scene({ fronts: true });
  const { cluster, baton } = stage;
  await cluster.front('db-1').cut();
  // Cut off with somebody on its side of the cut.
  await cluster.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('on-the-other-side')");
  await seen(stage, 'db-1', 'unreachable');
  expect((await baton.promote('db-2', { accept: ['unfenced', 'replica-ahead'] })).outcome).toMatch(/^succeeded/);
  await cluster.front('db-1').restore();
  await seen(stage, 'db-1', 'up');
  expect((await baton.takeovers.returned('db-1'))?.summary).toMatch(
    /nobody else has.* It took writes, and was made read-only/,
  );
  expect(await isReadOnly(cluster.server('db-1'))).toBe(true);
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

test('S4: where only replication is cut, the primary is left alone and no replica may take over', async () => {
  const stage = await scene({ relays: true });
  const { cluster, baton } = stage;
  for (const name of ['db-2', 'db-3']) await cluster.link(name).cut();
  await until(async () => (await followed(cluster.server('db-2')))?.ioRunning === false, { what: 'it is cut' });
  const plan = await baton.takeovers.plan({ target: 'db-2' });
  expect(plan).toMatchObject({ kind: 'switchover', blocked: true });
  expect(plan.kinds).not.toContain('failover');
  expect(plan.checks).toContainEqual(expect.objectContaining({ code: 'target-io-thread', level: 'block' }));
  for (const name of ['db-2', 'db-3']) await cluster.link(name).restore();
  expect(await expectWhole(stage, 'db-1', 'db-2')).toEqual([]);
});

test('S5: a replica that hangs and acknowledges nothing holds no switchover up, and is left to do', async () => {
  const stage = await scene({ semiSync: true, settings: { rpl_semi_sync_master_timeout: 1_000 } });
  const { cluster, baton } = stage;
  cluster.server('db-3').freeze();
  await seen(stage, 'db-3', 'unreachable');
  const view = await baton.promote('db-2');
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(view.followUps.map(({ text }) => text)).toContain('db-3 does not follow db-2. On db-3 run:');
  expect(await expectWhole(stage, 'db-2', 'db-1')).toEqual([]);
});

test('S5b: a replica that hangs and then a primary that crashes leave the last one, which is promoted', async () => {
  const stage = await scene({ semiSync: true, settings: { rpl_semi_sync_master_timeout: 1_000 } });
  const { cluster, baton } = stage;
  cluster.server('db-3').freeze();
  await seen(stage, 'db-3', 'unreachable');
  await cluster.server('db-1').kill();
  await seen(stage, 'db-1', 'unreachable');
  expect((await baton.promote('db-2')).outcome).toBe('succeeded-with-follow-ups');
  await stage.load.flowing();
  expect(await isReadOnly(cluster.server('db-2'))).toBe(false);
});

test('S7: with the primary and a replica gone the last one is promoted, and both are named', async () => {
  const stage = await scene();
  const { cluster, baton } = stage;
  for (const name of ['db-3', 'db-1']) {
    await cluster.server(name).kill();
    await seen(stage, name, 'unreachable');
  }
  const view = await baton.promote('db-2');
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(view.followUps.map(({ text }) => text).join('\n')).toMatch(/db-3 does not follow db-2/);
  await expectWhole(stage, 'db-2', null);
});

test('S7b: a console killed during a failover is taken up by the next, which undoes it, and the failover then works', async () => {
  const stage = await scene();
  const { cluster, baton } = stage;
  await cluster.server('db-1').kill();
  await seen(stage, 'db-1', 'unreachable');
  const [target, other] = await mostReceived(cluster, baton);
  const file = join(cluster.dir, 'killed-console.json');
  const plan: KilledConsolePlan = {
    baton: throughFronts(cluster),
    target,
    kind: 'failover',
    accept: [],
    at: { when: 'after', statement: 'IO_THREAD', server: target },
  };
  await writeFile(file, JSON.stringify(plan), { mode: 0o600 });
  const script = join(import.meta.dirname, '..', 'testing', 'killed-console.ts');
  await once(spawn(process.execPath, [script, file], { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
  const [taken] = await baton.takeovers.resume();
  expect((await baton.operations.ended(taken?.id ?? '')).outcome).toBe('failed-restored');
  expect((await baton.promote(target)).outcome).toMatch(/^succeeded/);
  await expectWhole(stage, target, other);
});
