import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { createCluster, type SandboxCluster } from './cluster.ts';
import { readRecord, writeRecord } from './cluster-record.ts';
import { reopenCluster } from './reopen.ts';
import { caughtUp, followed } from './replication.ts';
import type { SandboxServer } from './server-process.ts';

const running = async (pid: number): Promise<boolean> =>
  await stat(`/proc/${pid}`).then(
    () => true,
    () => false,
  );

/** Whether a write on the primary arrives on the replica, with all before it. */
async function arrives(primary: SandboxServer, replica: SandboxServer): Promise<boolean> {
  await primary.sql('INSERT INTO shop.orders (uid) VALUES (UUID())');
  await caughtUp(replica, primary);
  const [here, there] = await Promise.all(
    [primary, replica].map(async (server) => await server.sql('SELECT COUNT(*) AS n FROM shop.orders')),
  );
  return here?.[0]?.['n'] === there?.[0]?.['n'];
}

describe('a primary and two replicas', () => {
  let cluster: SandboxCluster;
  let primary: SandboxServer;
  let replica: SandboxServer;
  beforeAll(async () => {
    cluster = await createCluster();
    primary = cluster.server('db-1');
    replica = cluster.server('db-2');
  });
  afterAll(async () => await cluster.stop());

  test('what is written on the primary is on both replicas', async () => {
    expect(await arrives(primary, replica)).toBe(true);
    expect(await arrives(primary, cluster.server('db-3'))).toBe(true);
  });

  test('only the primary accepts writes of the application', async () => {
    const write = async (server: SandboxServer): Promise<string> => {
      const { user, password } = cluster.accounts.app;
      const connection = await connect({ ...server.address, user, password }, 2_000);
      return await connection
        .query('INSERT INTO shop.orders (uid) VALUES (UUID())', { timeoutMs: 2_000 })
        .then(
          () => 'accepted',
          (error: SqlError) => String(error.errno),
        )
        .finally(() => connection.destroy());
    };
    expect(await Promise.all(cluster.servers.map(write))).toEqual(['accepted', '1290', '1290']);
  });

  test('each account signs in with its password file, and none without', async () => {
    for (const name of ['root', 'app', 'observe', 'operate', 'replication'] as const) {
      const { user, passwordFile } = cluster.accounts[name];
      expect((await stat(passwordFile)).mode & 0o777).toBe(0o600);
      const password = await readFile(passwordFile, 'utf8');
      for (const server of cluster.servers) {
        (await connect({ ...server.address, user, password }, 2_000)).destroy();
        await expect(connect({ ...server.address, user, password: '' }, 2_000)).rejects.toMatchObject({
          kind: 'access-denied',
        });
      }
    }
  });

  test('the agent account gets in over the socket alone', async () => {
    const { user, password } = cluster.accounts.agent;
    (await connect({ ...replica.address, socketPath: replica.socket, user, password }, 2_000)).destroy();
    await expect(connect({ ...replica.address, user, password }, 2_000)).rejects.toMatchObject({
      kind: 'access-denied',
    });
  });

  test('the observing account sees replication and may change nothing', async () => {
    const { user, password } = cluster.accounts.observe;
    const connection = await connect({ ...replica.address, user, password }, 2_000);
    expect(await connection.query('SHOW ALL SLAVES STATUS', { timeoutMs: 2_000 })).toHaveLength(1);
    await expect(connection.query('STOP SLAVE', { timeoutMs: 2_000 })).rejects.toMatchObject({ errno: 1227 });
    connection.destroy();
  });

  test('a cluster begins without transactions of a replica', async () => {
    for (const server of cluster.servers) {
      const [row] = await server.sql('SELECT @@gtid_binlog_state AS state');
      expect(row?.['state']).toMatch(/^0-1-\d+$/);
    }
  });

  test('a replica killed with SIGKILL goes on replicating by itself', async () => {
    const before = replica.pid;
    await replica.kill();
    expect(await running(before)).toBe(false);
    expect(replica.alive()).toBe(false);
    await primary.sql('INSERT INTO shop.orders (uid) VALUES (UUID())');
    await replica.start();
    expect(await arrives(primary, replica)).toBe(true);
  });

  test('a replica stopped in order goes on replicating by itself', async () => {
    await replica.restart();
    expect(await arrives(primary, replica)).toBe(true);
  });

  test('a killed primary loses nothing it has acknowledged, and its replicas come back', async () => {
    const port = primary.port;
    await primary.sql("INSERT INTO shop.orders (uid) VALUES ('before-kill')");
    await primary.kill();
    await primary.start();
    expect(primary.port).toBe(port);
    expect(await primary.sql("SELECT uid FROM shop.orders WHERE uid='before-kill'")).toHaveLength(1);
    expect(await arrives(primary, replica)).toBe(true);
  });

  test('a frozen server accepts connections and says nothing; thawed, it goes on', async () => {
    const { user, password } = cluster.accounts.app;
    primary.freeze();
    await expect(connect({ ...primary.address, user, password }, 200)).rejects.toMatchObject({ kind: 'hung' });
    expect(primary.alive()).toBe(true);
    primary.thaw();
    expect(await arrives(primary, replica)).toBe(true);
  });

  test('a second cluster stands beside it on other ports, and neither sees the other', async () => {
    await using other = await createCluster({ replicas: 1 });
    const ports = [...cluster.servers, ...other.servers].map((server) => server.port);
    expect(new Set(ports).size).toBe(5);
    await other.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('of the other')");
    await caughtUp(other.server('db-2'), other.server('db-1'));
    expect(await replica.sql("SELECT uid FROM shop.orders WHERE uid='of the other'")).toEqual([]);
  });
});

test('stop leaves no process, no file and no port taken', async () => {
  const cluster = await createCluster({ replicas: 1 });
  const servers = cluster.servers.map(({ pid, port, folder }) => ({ pid, port, folder }));
  cluster.server('db-2').freeze();
  await cluster.stop();
  for (const { pid, port } of servers) {
    expect(await running(pid)).toBe(false);
    await expect(connect({ host: '127.0.0.1', port, user: 'root', password: '' }, 500)).rejects.toMatchObject({
      kind: 'refused',
    });
  }
  await expect(stat(cluster.dir)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('stop removes nothing that is not its own from a given folder', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'baton-'));
  const cluster = await createCluster({ dir, replicas: 0 });
  await mkdir(join(dir, 'dumps'));
  await cluster.stop();
  expect(await readdir(dir)).toEqual(['dumps']);
  await rm(dir, { recursive: true });
});

test('a kept cluster is opened again with the roles its data says, and its ports', async () => {
  const first = await createCluster({ name: 'erp5', replicas: 1, settings: { slave_parallel_threads: 2 } });
  const ports = first.servers.map((server) => server.port);
  await first.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('kept')");
  await first.stop({ keep: true });
  const again = await reopenCluster(first.dir);
  expect(again?.name).toBe('erp5');
  expect(again?.servers.map((server) => server.port)).toEqual(ports);
  const [primary, replica] = again?.servers ?? [];
  if (!again || !primary || !replica) throw new Error('not opened');
  expect(
    await replica.sql("SELECT uid, @@read_only, @@slave_parallel_threads FROM shop.orders WHERE uid='kept'"),
  ).toEqual([{ uid: 'kept', '@@read_only': '1', '@@slave_parallel_threads': '2' }]);
  expect(await arrives(primary, replica)).toBe(true);
  await again.stop();
});

test('a replica follows its primary to another port when the earlier one is taken', async () => {
  const first = await createCluster({ replicas: 1 });
  const earlier = first.server('db-1').port;
  await first.stop({ keep: true });
  await using stranger = await createCluster({ replicas: 0, settings: { port: earlier } });
  expect(stranger.server('db-1').alive()).toBe(true);
  const again = await reopenCluster(first.dir);
  const [primary, replica] = again?.servers ?? [];
  if (!again || !primary || !replica) throw new Error('not opened');
  expect(primary.port).not.toBe(earlier);
  expect(await arrives(primary, replica)).toBe(true);
  expect((await followed(replica))?.port).toBe(primary.port);
  await again.stop();
});

test('a cluster is not opened twice, not made over another, and not found where there is none', async () => {
  await using cluster = await createCluster({ replicas: 0 });
  await expect(reopenCluster(cluster.dir)).rejects.toThrow(/in use by process/);
  await expect(createCluster({ dir: cluster.dir })).rejects.toThrow(/holds a cluster already/);
  expect(await reopenCluster(dirname(cluster.dir))).toBeNull();
});

test('the rest of an interrupted creation is cleared away by the next one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'baton-'));
  const first = await createCluster({ dir, replicas: 1 });
  await first.stop({ keep: true });
  const record = await readRecord(dir);
  if (!record) throw new Error('no record');
  await writeRecord(dir, { ...record, state: 'creating' });
  expect(await reopenCluster(dir)).toBeNull();
  await using second = await createCluster({ dir, replicas: 0 });
  expect(await readdir(dir)).toEqual(['cluster.json', 'db-1', 'secrets']);
  expect(second.server('db-1').alive()).toBe(true);
});

test('a failed creation says why and leaves nothing', async () => {
  const dir = join(await mkdtemp(join(tmpdir(), 'baton-')), 'deep');
  const failing = createCluster({ dir, replicas: 1, settingsOf: { 'db-2': { no_such_setting: 1 } } });
  await expect(failing).rejects.toThrow(/unknown variable 'no_such_setting=1'/);
  await expect(stat(dir)).rejects.toMatchObject({ code: 'ENOENT' });
  await rm(dirname(dir), { recursive: true });
});

test('in a folder too deep for a socket path the sockets lie elsewhere, and go with the cluster', async () => {
  const base = await mkdtemp(join(tmpdir(), 'baton-'));
  const cluster = await createCluster({ dir: join(base, 'd'.repeat(120)), replicas: 0 });
  expect(cluster.server('db-1').socket.length).toBeLessThanOrEqual(107);
  expect(await cluster.server('db-1').sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await cluster.stop();
  await expect(stat(dirname(cluster.server('db-1').socket))).rejects.toMatchObject({ code: 'ENOENT' });
  await rm(base, { recursive: true });
});

test('semi-sync: the primary has as many acknowledging replicas as there are', async () => {
  await using cluster = await createCluster({ semiSync: true });
  const rows = await cluster.server('db-1').sql("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'");
  expect(rows).toEqual([{ Variable_name: 'Rpl_semi_sync_master_clients', Value: '2' }]);
});
