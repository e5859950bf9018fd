import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import type { SandboxAccount } from '../sandbox/accounts.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { connect, type Connection } from './connection.ts';
import { formatGtidList, gtidList } from './gtid.ts';
import { countersIn, readServerFacts, type ServerFacts } from './server-facts.ts';
import { readSlowFacts } from './slow-facts.ts';
import { SqlError } from './sql-error.ts';

let cluster: SandboxCluster;
beforeAll(async () => {
  cluster = await createCluster({ replicas: 1 });
});
afterAll(async () => await cluster.stop());

type Account = Pick<SandboxAccount, 'user' | 'password'>;

async function on<T>(name: string, work: (connection: Connection) => Promise<T>, account?: Account): Promise<T> {
  const { host, port } = cluster.server(name);
  const { user, password } = account ?? cluster.accounts.observe;
  const connection = await connect({ host, port, user, password }, 2000);
  try {
    return await work(connection);
  } finally {
    connection.destroy();
  }
}
const facts = async (name: string): Promise<ServerFacts> =>
  await on(name, async (connection) => await readServerFacts(connection, { timeoutMs: 2000 }));

test('the least account that observes reads a primary and a replica whole', async () => {
  const [primary, replica] = [cluster.server('db-1'), cluster.server('db-2')];
  await caughtUp(replica, primary);
  const [first, second] = [await facts('db-1'), await facts('db-2')];
  expect(first).toMatchObject({
    version: { major: 10, minor: 11 },
    serverId: 1,
    readOnly: false,
    logBin: true,
    logSlaveUpdates: true,
    gtidStrictMode: true,
    replication: [],
    replicaHosts: null,
    eventScheduler: 'off',
    semiSync: { primaryEnabled: false, replicaEnabled: false, waitSessions: 0 },
    replicasConnected: 1,
  });
  expect(first.dumpConnections.map(({ user }) => user)).toEqual([cluster.accounts.replication.user]);
  expect(second).toMatchObject({
    serverId: 2,
    readOnly: true,
    replication: [
      { host: '127.0.0.1', port: primary.port, ioThread: 'running', sqlThread: 'running', masterServerId: 1 },
    ],
  });
  expect(formatGtidList(second.slavePos)).toBe(formatGtidList(first.binlogPos));
  expect(Math.abs(first.serverClockMs - Date.now())).toBeLessThan(2000);
});

test('the grants it hands on hold no password hash', async () => {
  const { grants } = await facts('db-1');
  expect(grants.join()).toContain('SLAVE MONITOR');
  expect(grants.join()).not.toMatch(/PASSWORD|\*[0-9A-F]{40}/);
});

test('with what changes seldom handed in, a look is two statements', async () => {
  await on('db-1', async (connection) => {
    const slow = await readSlowFacts(connection, { timeoutMs: 2000 });
    const questions = async (): Promise<number> => {
      const [row] = await connection.query("SHOW SESSION STATUS LIKE 'Questions'", { timeoutMs: 2000 });
      return Number(row?.['Value']);
    };
    const before = await questions();
    const found = await readServerFacts(connection, { timeoutMs: 2000, slow });
    expect(found.grants).toBe(slow.grants);
    expect((await questions()) - before).toBe(2 + 1);
  });
});

test('counters that are handed in are not read, and everything else is', async () => {
  await on('db-1', async (connection) => {
    const asked: string[] = [];
    const listening = {
      query: async (sql: string, options: { timeoutMs: number }) => {
        asked.push(sql);
        return await connection.query(sql, options);
      },
    };
    const counters = { uptimeSeconds: 77, replicasConnected: 9, semiSyncClients: 8, semiSyncWaits: 7 };
    const found = await readServerFacts(asConnection(listening, connection), { timeoutMs: 2000, counters });
    expect(countersIn(found)).toEqual({
      ...counters,
      ...(found.semiSync ? {} : { semiSyncClients: 0, semiSyncWaits: 0 }),
    });
    expect(found).toMatchObject({ serverId: 1, readOnly: false });
    expect(asked.join()).not.toContain('GLOBAL_STATUS');
  });
});

test('a binlog state longer than SHOW VARIABLES can tell is read whole', async () => {
  const server = cluster.server('db-2');
  const state = Array.from({ length: 150 }, (_, index) => `${index + 1}-1234567890-${10_000_000_000 + index}`).join(
    ',',
  );
  expect(state.length).toBeGreaterThan(2048);
  await server.sql('STOP SLAVE');
  const [row] = await server.sql('SELECT @@GLOBAL.gtid_slave_pos AS position');
  await server.sql(`SET GLOBAL gtid_slave_pos='${state}'`);
  expect(formatGtidList((await facts('db-2')).slavePos)).toBe(formatGtidList(gtidList(state)));
  await server.sql(`SET GLOBAL gtid_slave_pos='${row?.['position']}'`, 'START SLAVE');
});

test('an account that may not see replication gets an error, not a server that replicates from nobody', async () => {
  const blind = { user: 'blind', password: 'blind-secret' };
  await cluster.server('db-2').sql('SET sql_log_bin=0', `CREATE USER ${blind.user} IDENTIFIED BY '${blind.password}'`);
  await expect(
    on('db-2', async (connection) => await readServerFacts(connection, { timeoutMs: 2000 }), blind),
  ).rejects.toMatchObject({ kind: 'statement', errno: 1227 });
});

test('a variable that a server does not have is left out', async () => {
  await on('db-1', async (connection) => {
    const missing = 'rpl_semi_sync_master_enabled';
    const without = {
      query: async (sql: string, options: { timeoutMs: number }) => {
        // Word for word what 10.11 says of a variable that it does not know.
        if (sql.includes(missing)) throw new SqlError('statement', 1193, `Unknown system variable '${missing}'`);
        return await connection.query(sql, options);
      },
    };
    const found = await readServerFacts(asConnection(without, connection), { timeoutMs: 2000 });
    expect(found.semiSync).toBeNull();
    expect(found.serverId).toBe(1);
  });
});

/** The connection with another way to ask. */
function asConnection(change: Pick<Connection, 'query'>, connection: Connection): Connection {
  return new Proxy(connection, {
    get: (target, name) => (name === 'query' ? change.query : Reflect.get(target, name, target)),
  });
}

/** db-2 read the usual way, and then in one, on a connection of that mode. */
async function readTwice(sqlMode: string): Promise<[ServerFacts, ServerFacts]> {
  return await on('db-2', async (connection) => {
    await connection.query(`SET SESSION sql_mode='${sqlMode}'`, { timeoutMs: 2000 });
    const first = await readServerFacts(connection, { timeoutMs: 2000 });
    const known = { timeoutMs: 2000, slow: first, counters: countersIn(first) };
    return [first, await readServerFacts(connection, { ...known, inOne: true })];
  });
}

test('what is asked for in one says the same, also where the server takes no such statement', async () => {
  await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
  for (const sqlMode of ['', 'ORACLE']) {
    const [first, second] = await readTwice(sqlMode);
    const replication = first.replication.map((status) => ({ ...status, receivedHeartbeats: expect.any(Number) }));
    expect(second).toEqual({ ...first, replication, serverClockMs: expect.any(Number) });
    expect(second.replication).toHaveLength(1);
  }
});
