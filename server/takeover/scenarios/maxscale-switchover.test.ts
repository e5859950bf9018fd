import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Connection } from '../../mariadb/connection.ts';
import { number } from '../../mariadb/row.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { createCluster } from '../../sandbox/cluster.ts';
import { stopReplication, startReplication, tableLock } from '../../sandbox/faults.ts';
import { startWriteLoad, verifyWrites } from '../../sandbox/write-load.ts';
import { startBaton } from '../testing/baton.ts';
import { Scene } from '../testing/scene.ts';
import { isReadOnly, touched, writableOf } from '../testing/server-state.ts';

let scene: Scene;
beforeAll(async () => {
  // Room for a hundred clients.
  const cluster = await createCluster({ settings: { max_connections: 200 } });
  scene = new Scene(cluster, await startBaton({ ...cluster, longWriteSeconds: 2, budgetSeconds: 20 }));
});
afterAll(async () => {
  await scene.stop();
});

test('mysqlmon_switchover: there and back, and refused before anything is touched where a privilege is missing', async () => {
  const { baton, cluster } = scene;
  const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 20 });
  for (const target of ['db-2', 'db-1']) {
    expect((await baton.promote(target)).outcome).toMatch(/^succeeded/);
    expect(await writableOf(cluster.servers)).toEqual([target]);
  }
  await load.stop();
  await scene.level('db-1', ['db-2', 'db-3']);
  const { user } = cluster.accounts.operate;
  const before = await Promise.all(cluster.servers.map(touched));
  await cluster.server('db-2').sql('SET sql_log_bin=0', `REVOKE RELOAD ON *.* FROM '${user}'@'%'`);
  try {
    await expect(baton.promote('db-2')).rejects.toThrow(/lacks privileges on db-2/);
    expect(await Promise.all(cluster.servers.map(touched))).toEqual(before);
  } finally {
    await cluster.server('db-2').sql('SET sql_log_bin=0', `GRANT RELOAD ON *.* TO '${user}'@'%'`);
  }
});

test('mariadbmon_switchover_force: behind a table lock it gives up within seconds with everything as before; a replica that lags is refused at once', async () => {
  const { baton, cluster } = scene;
  const lock = await tableLock(cluster.server('db-1'));
  const began = performance.now();
  const view = await baton.promote('db-2');
  await lock.release();
  expect(view.outcome).toBe('failed-restored');
  expect(performance.now() - began).toBeLessThan(12_000);
  await scene.write('db-1', 'after-the-lock');
  await scene.level('db-1', ['db-2', 'db-3']);
  await stopReplication(cluster.server('db-2'), 'sql');
  expect(await scene.blocks('db-2')).toContain('target-sql-thread');
  await startReplication(cluster.server('db-2'), 'sql');
  await scene.level('db-1', ['db-2']);
});

/** Inserts as root on one connection until that ends; answers the uids that were acknowledged. */
async function privilegedWriter(connection: Connection, prefix: string): Promise<string[]> {
  const acknowledged: string[] = [];
  for (;;) {
    const uid = `${prefix}-${acknowledged.length}`;
    try {
      await connection.query(`INSERT INTO shop.orders (uid) VALUES ('${uid}')`, { timeoutMs: 30_000 });
    } catch (error) {
      if (error instanceof SqlError) return acknowledged;
      throw error;
    }
    acknowledged.push(uid);
  }
}

test('mariadbmon_switchover_kill_super: who may write through read_only is ended, and loses the race', async () => {
  const { baton, cluster } = scene;
  const connections = await Promise.all([1, 2, 3, 4].map(async () => await cluster.server('db-1').session()));
  const writers = connections.map(async (connection, index) => await privilegedWriter(connection, `super-${index}`));
  const view = await baton.promote('db-2');
  // They end by themselves: their connections were ended.
  const acknowledged = (await Promise.all(writers)).flat();
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(view.summary).toContain('nothing was lost');
  await scene.level('db-2', ['db-1', 'db-3']);
  for (const server of cluster.servers) expect(await verifyWrites(server, acknowledged)).toEqual([]);
  expect((await baton.promote('db-1')).outcome).toMatch(/^succeeded/);
});

test('mysqlmon_switchover_bad_master: where the way from the primary to the target is broken nothing is begun, and once it is mended it goes', async () => {
  const { cluster } = scene;
  await stopReplication(cluster.server('db-2'));
  expect(await scene.blocks('db-2')).toEqual(expect.arrayContaining(['target-sql-thread', 'target-io-thread']));
  await startReplication(cluster.server('db-2'));
  await scene.level('db-1', ['db-2']);
  expect(await scene.blocks('db-2')).toEqual([]);
});

test('mysqlmon_switchover_stress: each server takes its turn under load, and nothing acknowledged is missing', async () => {
  const { baton, cluster } = scene;
  const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 300, writers: 6 });
  await load.flowing();
  for (const target of ['db-2', 'db-3', 'db-1', 'db-3', 'db-2', 'db-1']) {
    expect((await baton.promote(target)).outcome).toMatch(/^succeeded/);
    await load.flowing();
  }
  const { acknowledged } = await load.stop();
  await scene.level('db-1', ['db-2', 'db-3']);
  for (const server of cluster.servers) expect(await verifyWrites(server, acknowledged)).toEqual([]);
});

const THINK_MS = 200;

/** A client that adds one to its own counter, and again where the answer was not an acknowledgement and the row did not move. */
class Counter {
  readonly #id: number;
  readonly #signal: AbortSignal;
  #connection: Connection | null = null;
  #at = 0;
  acknowledged = 0;

  constructor(id: number, signal: AbortSignal) {
    this.#id = id;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      await this.#once();
      // A hundred clients that think between two transactions: the console shares this process with them.
      await delay(THINK_MS);
    }
    this.#connection?.destroy();
  }

  async #once(): Promise<void> {
    try {
      const connection = (this.#connection ??= await this.#open());
      // What became of an addition whose answer was lost is looked up first: it is replayed only if it was not done.
      const [row] = await connection.query(`SELECT n FROM shop.counters WHERE id=${this.#id}`, { timeoutMs: 2_000 });
      const now = number(row ?? {}, 'n') ?? 0;
      if (now === this.acknowledged) {
        await connection.query(`UPDATE shop.counters SET n=n+1 WHERE id=${this.#id}`, { timeoutMs: 2_000 });
      }
      this.acknowledged += 1;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#connection?.destroy();
      this.#connection = null;
      this.#at += 1;
    }
  }

  async #open(): Promise<Connection> {
    const { cluster } = scene;
    const server = cluster.servers[this.#at % cluster.servers.length];
    if (!server) throw new Error('no server');
    const { user, password } = cluster.accounts.app;
    const connection = await connect({ ...server.address, user, password }, 1_000);
    if (await readOnlyOf(connection)) {
      connection.destroy();
      throw new SqlError('refused', 0, 'not the primary');
    }
    return connection;
  }
}

async function readOnlyOf(connection: Connection): Promise<boolean> {
  const [row] = await connection.query('SELECT @@read_only AS read_only', { timeoutMs: 1_000 });
  return number(row ?? {}, 'read_only') !== 0;
}

test('mxs5268_trx_replay_switchover: a hundred clients, ten switchovers, every counter exact', async () => {
  const { baton, cluster } = scene;
  const clients = 100;
  await cluster
    .server('db-1')
    .sql(
      'CREATE TABLE IF NOT EXISTS shop.counters (id INT PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB',
      `INSERT INTO shop.counters SELECT seq, 0 FROM shop.seq_1_to_${clients}`,
    );
  await scene.level('db-1', ['db-2', 'db-3']);
  const ending = new AbortController();
  const counters = Array.from({ length: clients }, (_, index) => new Counter(index + 1, ending.signal));
  const running = counters.map(async (counter) => await counter.run());
  for (let round = 0; round < 10; round += 1) {
    const target = `db-${((round + 1) % 3) + 1}`;
    const view = await baton.promote(target);
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(await isReadOnly(cluster.server(target))).toBe(false);
  }
  ending.abort();
  await Promise.all(running);
  // The tenth goes to db-2.
  await scene.level('db-2', ['db-1', 'db-3']);
  for (const server of cluster.servers) {
    const rows = await server.sql('SELECT id, n FROM shop.counters ORDER BY id');
    expect(rows.map((row) => number(row, 'n'))).toEqual(counters.map(({ acknowledged }) => acknowledged));
  }
  expect(counters.reduce((sum, { acknowledged }) => sum + acknowledged, 0)).toBeGreaterThan(clients);
});
