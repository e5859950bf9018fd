import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { text } from '../../mariadb/row.ts';
import { createCluster } from '../../sandbox/cluster.ts';
import { openRelay, type Relay } from '../../sandbox/relay.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { until } from '../../sandbox/until.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';
import { Scene } from '../testing/scene.ts';
import { touched, writableOf } from '../testing/server-state.ts';

/** The console reaches each server by a relay; the servers know each other by their own addresses. */
let scene: Scene;
let relays: Map<string, Relay>;
let second: TestBaton;
let secondDir: string;
beforeAll(async () => {
  const cluster = await createCluster({ settings: { autocommit: 0 } });
  const opened = cluster.servers.map(async (server) => [server.name, await openRelay(() => server)] as const);
  relays = new Map(await Promise.all(opened));
  const servers = cluster.servers.map(({ name, host, port }) => ({ name, host, port, reach: relayOf(name) }));
  scene = new Scene(cluster, await startBaton({ ...cluster, servers }, { never: ['db-3'] }));
  secondDir = await mkdtemp(join(tmpdir(), 'baton-'));
  second = await startBaton({ ...cluster, dir: secondDir });
});
afterAll(async () => {
  await second.stop();
  await scene.stop();
  await Promise.all([...relays.values()].map(async (relay) => await relay.close()));
  await rm(secondDir, { recursive: true });
});

function relayOf(name: string): Relay {
  const relay = relays.get(name);
  if (!relay) throw new Error(`no relay before ${name}`);
  return relay;
}

async function statusOf(server: SandboxServer, columns: readonly string[]): Promise<string> {
  const [row] = await server.sql('SHOW ALL SLAVES STATUS');
  return columns.map((column) => (row ? text(row, column) : '')).join(' ');
}

test('mysqlmon_enforce_simple: a primary and its replicas are told apart at first sight, also with autocommit=0', async () => {
  const { primary, servers } = await scene.baton.watcher.lookNow();
  expect(primary).toBe('db-1');
  expect(servers.map(({ role }) => role)).toEqual(['primary', 'replica', 'replica']);
  expect((await scene.baton.promote('db-2')).outcome).toMatch(/^succeeded/);
  expect((await scene.baton.promote('db-1')).outcome).toMatch(/^succeeded/);
});

test('mariadbmon_priv_address: servers are pointed at the address by which they know each other, not at the way of the console', async () => {
  const { cluster, baton } = scene;
  expect((await baton.promote('db-2')).outcome).toMatch(/^succeeded/);
  for (const name of ['db-1', 'db-3']) {
    expect((await followed(cluster.server(name)))?.port).toBe(cluster.server('db-2').port);
  }
  expect((await baton.promote('db-1')).outcome).toMatch(/^succeeded/);
});

test('mariadbmon_repl_custom_opts: retry, heartbeat and delay of each replica are kept when it is re-pointed', async () => {
  const { cluster, baton } = scene;
  const columns = ['Connect_Retry', 'Slave_heartbeat_period', 'SQL_Delay', 'Using_Gtid', 'Replicate_Ignore_Server_Ids'];
  await cluster
    .server('db-3')
    .sql(
      'STOP SLAVE',
      'CHANGE MASTER TO MASTER_CONNECT_RETRY=3, MASTER_HEARTBEAT_PERIOD=2.5, MASTER_DELAY=1, IGNORE_SERVER_IDS=(77)',
      'START SLAVE',
    );
  await baton.watcher.lookNow();
  const before = await statusOf(cluster.server('db-3'), columns);
  expect(before).toBe('3 2.5 1 Slave_Pos 77');
  const view = await baton.promote('db-2');
  expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(await statusOf(cluster.server('db-3'), columns)).toBe(before);
  await caughtUp(cluster.server('db-3'), cluster.server('db-2'));
  expect((await baton.promote('db-1')).outcome).toMatch(/^succeeded/);
  await cluster
    .server('db-3')
    .sql(
      'STOP SLAVE',
      'CHANGE MASTER TO MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=1, MASTER_DELAY=0, IGNORE_SERVER_IDS=()',
      'START SLAVE',
    );
  await scene.level('db-1', ['db-2', 'db-3']);
});

test('mariadbmon_servers_no_promotion: one that is never to be promoted is refused, unless somebody accepts it by name', async () => {
  expect(await scene.blocks('db-3')).toEqual(['target-candidate']);
  await expect(scene.baton.promote('db-3')).rejects.toMatchObject({ code: 'refused' });
  expect((await scene.baton.promote('db-3', { accept: ['target-candidate'] })).outcome).toMatch(/^succeeded/);
  expect((await scene.baton.promote('db-1')).outcome).toMatch(/^succeeded/);
});

test('cooperative_monitoring: of two consoles with stores of their own only one acts', async () => {
  const { cluster } = scene;
  await second.watcher.lookNow();
  const ends = await Promise.allSettled([scene.baton.promote('db-2'), second.promote('db-2')]);
  const succeeded = ends.filter((end) => end.status === 'fulfilled' && end.value.outcome?.startsWith('succeeded'));
  expect(succeeded).toHaveLength(1);
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  await scene.level('db-2', ['db-1', 'db-3']);
});

test('cooperative_monitoring_2srv: the lock of a console that is gone is free at once, and the other one acts', async () => {
  const { cluster } = scene;
  const held = await cluster.server('db-1').session();
  await held.query("SELECT GET_LOCK('baton.takeover', 0)", { timeoutMs: 2_000 });
  await second.watcher.lookNow();
  await expect(second.promote('db-1')).rejects.toThrow(/Another takeover holds the lock on db-1/);
  held.destroy();
  await until(
    async () => (await cluster.server('db-1').sql("SELECT IS_USED_LOCK('baton.takeover') AS id"))[0]?.['id'] === null,
    { what: 'the lock is free' },
  );
  expect((await second.promote('db-1')).outcome).toMatch(/^succeeded/);
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
});

test('verify_master_failure: only the console is cut off from the primary, so nothing happens', async () => {
  const { cluster, baton } = scene;
  await scene.level('db-1', ['db-2', 'db-3']);
  const before = await Promise.all(cluster.servers.map(touched));
  await relayOf('db-1').cut();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is out of sight' });
  const view = await baton.promote('db-2', { kind: 'failover', accept: ['unfenced', 'replica-ahead'] });
  expect(view.outcome).toBe('failed-restored');
  expect(view.steps.find(({ id }) => id === 'confirm-dead')?.error).toMatch(/db-1 is alive for its replicas/);
  expect(await Promise.all(cluster.servers.map(touched))).toEqual(before);
  await relayOf('db-1').set({ kind: 'open' });
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'up', { what: 'db-1 is seen again' });
});

test('mysqlmon_multimaster: in a ring or a diamond nobody is promoted by guess, and a delayed replica is refused at once', async () => {
  const { cluster, baton } = scene;
  const [one, two] = [cluster.server('db-1'), cluster.server('db-2')];
  const { user, password } = cluster.accounts.replication;
  // db-1 and db-2 replicate from each other, both writable.
  await one.sql(
    `CHANGE MASTER TO MASTER_HOST='${two.host}', MASTER_PORT=${two.port}, MASTER_USER='${user}',
      MASTER_PASSWORD='${password}', MASTER_USE_GTID=slave_pos, MASTER_DEMOTE_TO_SLAVE=1`,
    'START SLAVE',
  );
  await two.sql('SET GLOBAL read_only=0');
  const snapshot = await baton.watcher.lookNow();
  expect(snapshot.primary).toBeNull();
  expect(snapshot.health).toBe('critical');
  await two.sql('SET GLOBAL read_only=1');
  await one.sql('STOP SLAVE', 'RESET SLAVE ALL');
  await cluster.server('db-2').sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=60', 'START SLAVE');
  expect(await scene.blocks('db-2')).toContain('target-delay');
  await cluster.server('db-2').sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=0', 'START SLAVE');
  await scene.level('db-1', ['db-2', 'db-3']);
});
