import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BatonError } from '../contract/errors.ts';
import type { ClusterSnapshot, ReplicationConnection, ServerSnapshot } from '../contract/snapshot.ts';
import { createPool } from '../mariadb/pool.ts';
import { createCluster, type ClusterOptions, type SandboxCluster } from '../sandbox/cluster.ts';
import { fillConnections, startReplication, stopReplication } from '../sandbox/faults.ts';
import { caughtUp, follow } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, type WriteLoad } from '../sandbox/write-load.ts';
import { openStore } from '../store/open-store.ts';
import type { MemoryStore, SampleStore, Store } from '../store/store.ts';
import { createWatchMemory } from './memory.ts';
import { createWatcher, type Watcher } from './watcher.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // Each one, also where another fails: no server and no folder stays behind.
  const failed: unknown[] = [];
  for (const end of cleanUp.splice(0).toReversed()) await end().catch((error: unknown) => failed.push(error));
  if (failed.length > 0) throw new AggregateError(failed, 'not everything ended');
});

async function clusterOf(options: ClusterOptions): Promise<SandboxCluster> {
  const cluster = await createCluster(options);
  cleanUp.push(async () => await cluster.stop());
  return cluster;
}

async function aStore(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-watch-'));
  const store = await openStore(`sqlite://${join(folder, 'store.sqlite')}`);
  cleanUp.push(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return store;
}

interface Watch {
  readonly watcher: Watcher;
  /** Every snapshot since the start. */
  readonly snapshots: ClusterSnapshot[];
  /** Resolves with the first snapshot from now on that holds it. */
  readonly sees: (
    what: string,
    holds: (snapshot: ClusterSnapshot) => boolean,
    timeoutMs?: number,
  ) => Promise<ClusterSnapshot>;
}

async function watch(cluster: SandboxCluster, store: { samples: SampleStore; memory: MemoryStore }): Promise<Watch> {
  const snapshots: ClusterSnapshot[] = [];
  const { user, password } = cluster.accounts.observe;
  const watcher = createWatcher({
    cluster: 'erp5',
    servers: cluster.servers.map((server) => ({
      name: server.name,
      host: server.host,
      port: server.port,
      candidate: 'neutral' as const,
      pool: createPool({ host: server.host, port: server.port, user, password }),
    })),
    poll: { everySeconds: 0.5, timeoutSeconds: 1 },
    lagLimits: { warnSeconds: 5, criticalSeconds: 60 },
    store,
    now: Date.now,
    onSnapshot: (snapshot) => snapshots.push(snapshot),
  });
  cleanUp.push(async () => await watcher.stop());
  await watcher.start();
  return {
    watcher,
    snapshots,
    async sees(what, holds, timeoutMs = 10_000) {
      const from = snapshots.length;
      const found = (): ClusterSnapshot | undefined => snapshots.slice(from).find(holds);
      await until(() => found() !== undefined, { what, timeoutMs });
      const snapshot = found();
      if (!snapshot) throw new Error(what);
      return snapshot;
    },
  };
}

function serverIn(snapshot: ClusterSnapshot, name: string): ServerSnapshot {
  const server = snapshot.servers.find((one) => one.name === name);
  if (!server) throw new Error(`no ${name}`);
  return server;
}
const connectionIn = (snapshot: ClusterSnapshot, name: string): ReplicationConnection | undefined =>
  serverIn(snapshot, name).replication[0];
const codes = (snapshot: ClusterSnapshot): string[] => snapshot.problems.map(({ code, server }) => `${code} ${server}`);
const lagOf = (snapshot: ClusterSnapshot, name: string): number | null =>
  connectionIn(snapshot, name)?.lagSeconds ?? null;
const ageOf = (snapshot: ClusterSnapshot, name: string): number =>
  Date.parse(snapshot.observedAt) - Date.parse(serverIn(snapshot, name).observedAt ?? '1970-01-01T00:00:00Z');

const healthy = (snapshot: ClusterSnapshot): boolean =>
  snapshot.health === 'ok' && snapshot.primary === 'db-1' && serverIn(snapshot, 'db-2').errantGtid === '';

function load(cluster: SandboxCluster, perSecond: number): WriteLoad {
  const running = startWriteLoad({ servers: [cluster.server('db-1')], account: cluster.accounts.app, perSecond });
  cleanUp.push(async () => await running.stop());
  return running;
}

describe('under write load', () => {
  test('a healthy cluster has no problem, no errant transaction and less lag than a poll or two; its history is kept', async () => {
    const cluster = await clusterOf({ replicas: 2 });
    const store = await aStore();
    await load(cluster, 200).flowing();
    const began = Date.now();
    const { watcher, snapshots, sees } = await watch(cluster, store);
    const first = await sees('a healthy cluster', healthy);
    expect(serverIn(first, 'db-1').replicasSeen.toSorted()).toEqual(['db-2', 'db-3']);
    const settled = snapshots.length;
    await sees(
      'four seconds of it',
      (snapshot) => Date.parse(snapshot.observedAt) > Date.parse(first.observedAt) + 4000,
    );
    for (const snapshot of snapshots.slice(settled)) {
      expect(codes(snapshot)).toEqual([]);
      expect(serverIn(snapshot, 'db-2').errantGtid).toBe('');
      expect(lagOf(snapshot, 'db-2')).toBeLessThan(1.5);
      expect(lagOf(snapshot, 'db-2')).not.toBeNull();
    }
    expect(serverIn(watcher.snapshot(), 'db-1').writesPerSecond).toBeGreaterThan(50);
    const query = { cluster: 'erp5', from: began, to: Date.now() + 1000, bucketMs: 60_000 };
    const samples = async (server: string, metric: 'lag' | 'writes'): Promise<number> =>
      (await store.samples.series({ ...query, server, metric })).buckets.reduce((total, { count }) => total + count, 0);
    expect(await samples('db-2', 'lag')).toBeGreaterThanOrEqual(3);
    expect(await samples('db-1', 'writes')).toBeGreaterThanOrEqual(2);
    expect(await samples('db-1', 'lag')).toBe(0);
  });

  test('a stopped SQL thread shows within 2 s, never as 0, and the transactions behind are counted', async () => {
    const cluster = await clusterOf({ replicas: 1 });
    load(cluster, 100);
    const { snapshots, sees } = await watch(cluster, await aStore());
    await sees('a healthy cluster', healthy);
    await stopReplication(cluster.server('db-2'), 'sql');
    const stoppedAt = Date.now();
    await sees('the SQL thread is stopped', (snapshot) => codes(snapshot).includes('replica-sql-stopped db-2'), 2000);
    expect(Date.now() - stoppedAt).toBeLessThan(2000);
    await sees('what it misses', (snapshot) => (connectionIn(snapshot, 'db-2')?.transactionsBehind ?? 0) > 50);
    const stopped = snapshots.filter((snapshot) => connectionIn(snapshot, 'db-2')?.sqlThread === 'stopped');
    expect(stopped.length).toBeGreaterThan(1);
    expect(stopped.map((snapshot) => lagOf(snapshot, 'db-2')).filter((lag) => lag !== null)).toEqual([]);
    await startReplication(cluster.server('db-2'), 'sql');
    await sees('it is well again', healthy);
  });

  test('lag grows with the IO thread stopped, though MariaDB has no number', async () => {
    const cluster = await clusterOf({ replicas: 1 });
    load(cluster, 100);
    const { snapshots, sees } = await watch(cluster, await aStore());
    await sees('a healthy cluster', healthy);
    const before = Date.now();
    await stopReplication(cluster.server('db-2'), 'io');
    const from = snapshots.length;
    const grown = await sees('3 s of lag', (snapshot) => (lagOf(snapshot, 'db-2') ?? 0) >= 3);
    const truth = (Date.parse(grown.observedAt) - before) / 1000;
    expect(lagOf(grown, 'db-2')).toBeLessThanOrEqual(truth);
    expect(lagOf(grown, 'db-2')).toBeGreaterThanOrEqual(truth - 2);
    expect(connectionIn(grown, 'db-2')?.secondsBehindMaster).toBeNull();
    expect(codes(grown)).toContain('replica-io-stopped db-2');
    const stopped = snapshots.slice(from).filter((one) => connectionIn(one, 'db-2')?.ioThread === 'stopped');
    expect(stopped.map((snapshot) => lagOf(snapshot, 'db-2'))).not.toContain(0);
  });

  test('a frozen primary shows as hung within 5 s, and the others stay fresh', async () => {
    const cluster = await clusterOf({ replicas: 2 });
    load(cluster, 50);
    const { snapshots, sees, watcher } = await watch(cluster, await aStore());
    await sees('a healthy cluster', healthy);
    const from = snapshots.length;
    cluster.server('db-1').freeze();
    cleanUp.push(async () => {
      if (cluster.server('db-1').alive()) await Promise.resolve(cluster.server('db-1').thaw());
    });
    await sees('the primary is hung', (snapshot) => serverIn(snapshot, 'db-1').reason === 'hung', 5000);
    const silent = await sees('it is silent', (one) => (connectionIn(one, 'db-2')?.primarySilentSeconds ?? 0) > 4);
    expect(lagOf(silent, 'db-2')).not.toBe(0);
    expect(codes(silent)).toContain('primary-unreachable db-1');
    expect(silent.primary).toBe('db-1');
    expect(serverIn(silent, 'db-2').promotable).toMatchObject({ possible: true, kind: 'failover' });
    for (const snapshot of snapshots.slice(from)) {
      expect(ageOf(snapshot, 'db-2')).toBeLessThan(1500);
      expect(ageOf(snapshot, 'db-3')).toBeLessThan(1500);
    }
    const began = performance.now();
    await watcher.lookNow();
    expect(performance.now() - began).toBeLessThan(2500);
    cluster.server('db-1').thaw();
    await sees('it is back', healthy);
  });
});

describe('a link that drops everything', () => {
  test('is silent, and not 0 s behind, while MariaDB says 0 and both threads run', async () => {
    const cluster = await clusterOf({ replicas: 1, relays: true });
    const { sees } = await watch(cluster, await aStore());
    await sees('a healthy cluster, whose replica follows through a relay', healthy);
    await cluster.link('db-2').blackHole();
    const silent = await sees('silence', (one) => (connectionIn(one, 'db-2')?.primarySilentSeconds ?? 0) > 3);
    expect(connectionIn(silent, 'db-2')).toMatchObject({
      ioThread: 'running',
      sqlThread: 'running',
      secondsBehindMaster: 0,
      lagSeconds: null,
    });
    expect(codes(silent)).toEqual(['primary-silent db-2']);
    await cluster.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('unheard')");
    const late = await sees('what the primary writes is lag', (snapshot) => (lagOf(snapshot, 'db-2') ?? 0) > 1);
    expect(connectionIn(late, 'db-2')).toMatchObject({ secondsBehindMaster: 0, transactionsBehind: 1 });
    await cluster.link('db-2').restore();
    await sees('it is well again', healthy, 20_000);
  });
});

describe('a server that does not answer says why', () => {
  test('refused after kill -9, and well again after a start', async () => {
    const cluster = await clusterOf({ replicas: 1 });
    const { sees } = await watch(cluster, await aStore());
    await sees('a healthy cluster', healthy);
    await cluster.server('db-2').kill();
    const dead = await sees('it is refused', (snapshot) => serverIn(snapshot, 'db-2').state === 'unreachable');
    expect(serverIn(dead, 'db-2')).toMatchObject({ reason: 'refused', role: 'replica' });
    expect(codes(dead)).toEqual(['server-unreachable db-2']);
    await cluster.server('db-2').start();
    await sees('it is well again', healthy);
  });

  test('too many connections, for a console that comes when there is none left', async () => {
    const cluster = await clusterOf({ replicas: 1, settings: { max_connections: 20 } });
    const held = await fillConnections(cluster.server('db-2'), cluster.accounts.app);
    const { sees } = await watch(cluster, await aStore());
    const full = await sees('it is full', (snapshot) => serverIn(snapshot, 'db-2').state === 'unreachable');
    expect(serverIn(full, 'db-2').reason).toBe('too-many-connections');
    await held.release();
    await sees('a healthy cluster', healthy);
  });

  test('access denied, for an account that is gone or may not see replication', async () => {
    const cluster = await clusterOf({ replicas: 1 });
    const { sees } = await watch(cluster, await aStore());
    await sees('a healthy cluster', healthy);
    const { user } = cluster.accounts.observe;
    const replica = cluster.server('db-2');
    await replica.sql('SET sql_log_bin=0', `REVOKE SLAVE MONITOR ON *.* FROM '${user}'@'%'`);
    // Privileges are those of the sign-in: the connections that are open keep theirs.
    await replica.restart();
    const blind = await sees('it may not look', (snapshot) => serverIn(snapshot, 'db-2').reason === 'access-denied');
    expect(serverIn(blind, 'db-2').detail).toContain('SLAVE MONITOR');
    await replica.sql('SET sql_log_bin=0', `DROP USER '${user}'@'%'`);
    await replica.restart();
    const gone = await sees('it is unknown there', (one) =>
      /Access denied for user/.test(serverIn(one, 'db-2').detail ?? ''),
    );
    expect(serverIn(gone, 'db-2').reason).toBe('access-denied');
  });
});

test('a transaction that only a replica has is found, also while the primary writes', async () => {
  const cluster = await clusterOf({ replicas: 1, settings: { gtid_strict_mode: 0 } });
  load(cluster, 100);
  const { sees } = await watch(cluster, await aStore());
  await sees('a healthy cluster', healthy);
  const [row] = await cluster.server('db-2').sql('CREATE DATABASE stray', 'SELECT @@last_gtid AS gtid');
  const found = await sees('it is found', (snapshot) => codes(snapshot).includes('errant-transactions db-2'));
  expect(serverIn(found, 'db-2').errantGtid).toBe(row?.['gtid']);
  expect(serverIn(found, 'db-2').promotable).toMatchObject({ possible: false, kind: null });
});

/** What a takeover does, in short: writes of the load go on at the new primary. */
async function switchOver(cluster: SandboxCluster): Promise<void> {
  const [old, next, other] = ['db-1', 'db-2', 'db-3'].map((name) => cluster.server(name));
  if (!old || !next || !other) throw new Error('three servers');
  await old.sql('SET GLOBAL read_only=1');
  const [row] = await old.sql('SELECT @@gtid_binlog_pos AS position');
  await next.sql(
    `SELECT MASTER_GTID_WAIT('${row?.['position']}', 10)`,
    'STOP SLAVE',
    'RESET SLAVE ALL',
    'SET GLOBAL read_only=0',
  );
  await other.sql('STOP SLAVE', `CHANGE MASTER TO MASTER_PORT=${next.port}`, 'START SLAVE');
  await old.sql(`SET GLOBAL gtid_slave_pos='${row?.['position']}'`);
  await follow(old, next.address, cluster.accounts.replication);
}

const standalone = (snapshot: ClusterSnapshot): boolean => serverIn(snapshot, 'db-3').role === 'standalone';

describe('when the primary changes', () => {
  test('it is seen within 2 s, lag goes on without a jump, nobody looks errant and never two look like primaries', async () => {
    const cluster = await clusterOf({ replicas: 2 });
    const running = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
    cleanUp.push(async () => await running.stop());
    const { snapshots, sees } = await watch(cluster, await aStore());
    await sees('a healthy cluster', healthy);
    const from = snapshots.length;
    await switchOver(cluster);
    await running.flowing();
    await sees('the new primary', (snapshot) => snapshot.primary === 'db-2', 2000);
    const well = await sees('all is well', (one) => one.health === 'ok' && serverIn(one, 'db-1').role === 'replica');
    expect(serverIn(well, 'db-1').readOnly).toBe(true);
    await sees('both are compared', (one) => ['db-1', 'db-3'].every((name) => serverIn(one, name).errantGtid === ''));
    for (const snapshot of snapshots.slice(from)) {
      expect(codes(snapshot).filter((code) => /errant|two-writable/.test(code))).toEqual([]);
      expect(snapshot.servers.filter((server) => server.role === 'primary')).toHaveLength(1);
      expect(lagOf(snapshot, 'db-3') ?? 0).toBeLessThan(3);
      expect(lagOf(snapshot, 'db-1') ?? 0).toBeLessThan(3);
    }
  });

  test('a detached server is standalone, also for a console that starts again, until it replicates again', async () => {
    const cluster = await clusterOf({ replicas: 2 });
    const store = await aStore();
    const first = await watch(cluster, store);
    await first.sees('a healthy cluster', healthy);
    const detached = cluster.server('db-3');
    await first.watcher.markDetached('db-3');
    await detached.sql('STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only=0');
    expect(codes(await first.sees('it is on its own', standalone))).toEqual([]);
    await first.watcher.stop();

    const second = await watch(cluster, store);
    expect(codes(await second.sees('it is still', standalone))).toEqual([]);
    await detached.sql('SET GLOBAL read_only=1');
    await follow(detached, cluster.server('db-1').address, cluster.accounts.replication);
    await second.sees('it replicates again', (snapshot) => serverIn(snapshot, 'db-3').role === 'replica');
    await detached.sql('STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only=0');
    await second.sees('now it is a second primary', (one) => codes(one).includes('two-writable-primaries null'));
  });
});

test('what one console detached or set aside is so for another one on the same store', async () => {
  const cluster = await clusterOf({ replicas: 2 });
  const store = await aStore();
  const [first, other] = [await watch(cluster, store), await watch(cluster, store)];
  await first.sees('a healthy cluster', healthy);
  await other.sees('a healthy cluster', healthy);
  await first.watcher.markDetached('db-3');
  await cluster.server('db-3').sql('STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only=0');
  expect(codes(await other.sees('it is on its own', standalone))).toEqual([]);

  // At once, before it has learnt what the first one marked.
  const late = await watch(cluster, store);
  await Promise.all([first.watcher.markDetached('db-2'), late.watcher.primaryIs('db-1')]);
  expect(await createWatchMemory(store.memory, 'erp5').detached()).toEqual(new Set(['db-2', 'db-3']));

  const since = new Date().toISOString();
  const aside = { reason: 'kernel update', owner: 'ana', since, until: new Date(Date.now() + 3_600_000).toISOString() };
  await first.watcher.setAside('db-2', aside);
  // At once for whoever decides by it, and soon for whoever only looks.
  expect(serverIn(await other.watcher.lookNow(), 'db-2').maintenance).toEqual(aside);
  await other.watcher.setAside('db-3', { ...aside, owner: 'bo' });
  await first.sees('both', ({ servers }) => servers.filter(({ maintenance }) => maintenance).length === 2);
  expect(await other.watcher.endMaintenance('db-2')).toEqual(aside);
  expect(await first.watcher.maintenanceOf('db-2')).toBeNull();
  expect(serverIn(await first.watcher.lookNow(), 'db-3').maintenance?.owner).toBe('bo');
});

test('which server was detached is written once the disk has room again, and known meanwhile', async () => {
  const cluster = await clusterOf({ replicas: 2 });
  const store = await aStore();
  let full = true;
  const { memory: kept } = store;
  const put: Store['memory']['put'] = async (...row) => await (full ? broken() : kept.put(...row));
  const change: Store['memory']['change'] = async (...row) => await (full ? broken() : kept.change(...row));
  const first = await watch(cluster, { ...store, memory: { ...kept, put, change } });
  await first.sees('a healthy cluster', healthy);
  await expect(first.watcher.markDetached('db-3')).rejects.toMatchObject({ code: 'unavailable' });
  await cluster.server('db-3').sql('STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only=0');
  await first.sees('it is on its own', standalone);
  await until(() => first.watcher.storeFault() !== null, { what: 'a write has failed since' });
  full = false;
  const memory = createWatchMemory(store.memory, 'erp5');
  await until(async () => (await memory.detached()).has('db-3'), { what: 'the store has it' });
  expect(codes(first.watcher.snapshot())).toEqual([]);
});

test('a look that was asked for begins after the asking', async () => {
  const cluster = await clusterOf({ replicas: 1 });
  const { watcher, sees } = await watch(cluster, await aStore());
  await sees('a healthy cluster', healthy);
  for (let round = 0; round < 5; round += 1) {
    const readOnly = round % 2;
    await cluster.server('db-2').sql(`SET GLOBAL read_only=${readOnly}`);
    const snapshot = await watcher.lookNow(['db-2']);
    expect(serverIn(snapshot, 'db-2').readOnly).toBe(readOnly === 1);
  }
});

const sinceOf = (snapshot: ClusterSnapshot): string | undefined =>
  snapshot.problems.find(({ code }) => code === 'replica-sql-stopped')?.since;

const shows = async (watching: Watch): Promise<string | undefined> =>
  sinceOf(await watching.sees('the problem', (snapshot) => sinceOf(snapshot) !== undefined));

test('a console that starts again knows since when a problem stands, and one that was away for long does not say so', async () => {
  const cluster = await clusterOf({ replicas: 1 });
  const store = await aStore();
  await stopReplication(cluster.server('db-2'), 'sql');
  const first = await watch(cluster, store);
  const since = await shows(first);
  await first.watcher.stop();
  const second = await watch(cluster, store);
  expect(await shows(second)).toBe(since);
  await second.watcher.stop();
  const kept = JSON.parse((await store.memory.get('topology/erp5/problems')) ?? '');
  const before = { ...kept, value: { ...kept.value, at: Date.now() - 3_600_000 } };
  await store.memory.put('topology/erp5/problems', JSON.stringify(before), Date.now());
  const third = await watch(cluster, store);
  expect(await shows(third)).not.toBe(since);
});

test('the events of a new primary are read again when its takeover ends: a look before that saw them disabled', async () => {
  const cluster = await clusterOf({ replicas: 1 });
  const primary = cluster.server('db-1');
  await primary.sql(
    `GRANT EVENT ON *.* TO '${cluster.accounts.observe.user}'@'%'`,
    'CREATE EVENT shop.tidy ON SCHEDULE EVERY 1 HOUR DISABLE ON SLAVE DO DELETE FROM shop.probe',
  );
  const { watcher } = await watch(cluster, await aStore());
  const status = async (): Promise<string | undefined> => (await watcher.remembered('db-1'))?.events[0]?.status;
  await until(async () => (await status()) === 'SLAVESIDE_DISABLED', { what: 'its events are remembered' });
  await primary.sql('ALTER EVENT shop.tidy ENABLE');
  await watcher.primaryIs('db-1');
  await watcher.lookNow();
  await vi.waitFor(async () => expect(await status()).toBe('ENABLED'), { timeout: 10_000 });
});

test("a console that starts again with the primary gone knows the primary's last word and its events", async () => {
  const cluster = await clusterOf({ replicas: 1 });
  const { user } = cluster.accounts.observe;
  const primary = cluster.server('db-1');
  await primary.sql(
    `GRANT EVENT ON *.* TO '${user}'@'%'`,
    'CREATE EVENT shop.tidy ON SCHEDULE EVERY 1 HOUR DO DELETE FROM shop.probe',
  );
  await caughtUp(cluster.server('db-2'), primary);
  const store = await aStore();
  const first = await watch(cluster, store);
  await first.sees('a healthy cluster', healthy);
  await until(async () => (await first.watcher.remembered('db-1')) !== null, { what: 'its events are remembered' });
  const [row] = await primary.sql('SELECT @@gtid_binlog_pos AS position');
  await until(() => first.watcher.lastPrimary()?.position === row?.['position'], { what: 'its last word is known' });
  await until(
    async () => (await store.memory.get('topology/erp5/primary'))?.includes(String(row?.['position'])) ?? false,
    {
      what: 'its last word is kept',
    },
  );
  await first.watcher.stop();
  await primary.kill();

  const second = await watch(cluster, store);
  const seen = await second.sees('the primary is gone', (snapshot) =>
    codes(snapshot).includes('primary-unreachable db-1'),
  );
  expect(seen.primary).toBe('db-1');
  expect(second.watcher.lastPrimary()).toMatchObject({ name: 'db-1', position: row?.['position'] });
  expect((await second.watcher.remembered('db-1'))?.events).toMatchObject([
    { schema: 'shop', name: 'tidy', status: 'ENABLED' },
  ]);
  expect(await second.watcher.remembered('db-2')).toBeNull();
});

const broken = async (): Promise<never> => await Promise.reject(new BatonError('unavailable', 'The disk is full.'));

test('a store that fails costs samples and memory, and nothing of the watch', async () => {
  const cluster = await clusterOf({ replicas: 1 });
  load(cluster, 50);
  const { watcher, sees } = await watch(cluster, {
    samples: { append: broken, maintain: broken, series: broken },
    memory: { get: broken, put: broken, change: broken },
  });
  await sees('a healthy cluster', healthy);
  await until(() => watcher.storeFault() === 'The disk is full.', { what: 'the fault is told' });
  expect(codes(await sees('it goes on', healthy))).toEqual([]);
});

test('what an agent says is in a snapshot soon, and a server nobody tells of has none', async () => {
  const cluster = await clusterOf({ replicas: 1 });
  const { watcher, sees } = await watch(cluster, await aStore());
  const told = sees('the agent is named', (snapshot) => codes(snapshot).length > 0);
  watcher.agentSays('db-2', {
    agent: { state: 'unreachable', detail: 'connection refused', services: [] },
    newestDump: null,
    dumpFailures: [],
    badDumps: [],
    dumpsScheduled: false,
  });
  expect(codes(await told)).toEqual(['agent-unreachable db-2']);
  expect(serverIn(await told, 'db-2').agent.detail).toBe('connection refused');
  expect(serverIn(await told, 'db-1').agent.state).toBe('none');
});
