import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { fillConnections } from '../sandbox/faults.ts';
import { openRelay } from '../sandbox/relay.ts';
import { until } from '../sandbox/until.ts';
import { connect, type SqlTarget } from './connection.ts';
import { createPool } from './pool.ts';
import { SqlError, type SqlFailureKind } from './sql-error.ts';

let cluster: SandboxCluster;
let server: SandboxServer;
let target: SqlTarget;
beforeAll(async () => {
  cluster = await createCluster({ replicas: 0, settings: { max_connections: 20 } });
  server = cluster.server('db-1');
  target = { host: server.host, port: server.port, ...cluster.accounts.observe };
});
afterAll(async () => await cluster.stop());

/** How it fails, and how long that took. */
async function failure(attempt: Promise<unknown>): Promise<{ kind: SqlFailureKind; ms: number; message: string }> {
  const started = performance.now();
  try {
    await attempt;
  } catch (error) {
    if (error instanceof SqlError) return { kind: error.kind, ms: performance.now() - started, message: error.message };
    throw error;
  }
  throw new Error('it did not fail');
}

/** TCP sockets that this process holds. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

describe('a connection that fails says how', () => {
  test('nothing listens: refused', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = addressOf(probe);
    probe.close();
    expect((await failure(connect({ ...target, port }, 2000))).kind).toBe('refused');
  });

  test('no such host: host-unknown', async () => {
    expect((await failure(connect({ ...target, host: 'no-such-host.invalid' }, 5000))).kind).toBe('host-unknown');
  });

  test('a wrong password: access-denied, and the password is not in the message', async () => {
    const found = await failure(connect({ ...target, password: 'sesame-open' }, 2000));
    expect(found.kind).toBe('access-denied');
    expect(found.message).not.toContain('sesame-open');
  });

  test('TLS where the server has none: tls', async () => {
    expect((await failure(connect({ ...target, tls: {} }, 2000))).kind).toBe('tls');
  });

  test('a damaged certificate: tls, and nothing is thrown elsewhere', async () => {
    expect((await failure(connect({ ...target, tls: { ca: 'x', cert: 'y', key: 'z' } }, 2000))).kind).toBe('tls');
  });

  test('a listener that says nothing: hung, at the deadline', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const found = await failure(connect({ ...target, port: addressOf(silent).port }, 300));
    silent.close();
    expect(found.kind).toBe('hung');
    expect(found.ms).toBeLessThan(1000);
  });

  test('no connection left: too-many-connections', async () => {
    const held = await fillConnections(server, cluster.accounts.app);
    const found = await failure(connect(target, 2000));
    await held.release();
    expect(found.kind).toBe('too-many-connections');
  });
});

describe('a statement', () => {
  test('answers rows by name, big numbers as text', async () => {
    const connection = await connect(target, 2000);
    const rows = await connection.query("SELECT 18446744073709551615 AS big, 1 AS small, NULL AS none, '' AS empty", {
      timeoutMs: 2000,
    });
    connection.destroy();
    expect(rows).toEqual([{ big: '18446744073709551615', small: 1, none: null, empty: '' }]);
  });

  test('that the server refuses leaves the connection usable', async () => {
    const connection = await connect(target, 2000);
    expect((await failure(connection.query('SELECT * FROM shop.orders', { timeoutMs: 2000 }))).kind).toBe('statement');
    expect(await connection.query('SELECT 1 AS one', { timeoutMs: 2000 })).toEqual([{ one: 1 }]);
    connection.destroy();
  });

  test('that misses its deadline breaks the connection, and those that wait behind it end with it', async () => {
    const connection = await connect(target, 2000);
    const slow = failure(connection.query('SELECT SLEEP(5)', { timeoutMs: 200 }));
    const behind = failure(connection.query('SELECT 1', { timeoutMs: 5000 }));
    expect((await slow).kind).toBe('deadline');
    expect((await behind).ms).toBeLessThan(1000);
    expect((await failure(connection.query('SELECT 1', { timeoutMs: 5000 }))).kind).toBe('deadline');
    expect(connection.broken?.kind).toBe('deadline');
  });

  test.each(['KILL', 'destroy'] as const)(
    'whose connection ends under it (%s) is lost at once, not at its deadline',
    async (how) => {
      const connection = await connect(target, 2000);
      const running = failure(connection.query('SELECT SLEEP(5)', { timeoutMs: 5000 }));
      await until(
        async () =>
          (
            await server.sql(
              `SELECT 1 FROM information_schema.PROCESSLIST WHERE ID=${connection.id} AND INFO LIKE '%SLEEP%'`,
            )
          ).length > 0,
        { what: 'the statement runs' },
      );
      if (how === 'KILL') await server.sql(`KILL ${connection.id}`);
      else connection.destroy();
      const found = await running;
      expect(found.kind).toBe('lost');
      expect(found.ms).toBeLessThan(2000);
    },
  );
});

describe('a frozen server', () => {
  test('takes connections and is hung; a look at it leaves no socket behind', async () => {
    const before = openSockets();
    const pool = createPool(target, 1);
    await pool.use(2000, async (connection) => await connection.query('SELECT 1', { timeoutMs: 2000 }));
    server.freeze();
    try {
      for (let look = 0; look < 5; look += 1) {
        const found = await failure(
          pool.use(200, async (connection, leftMs) => await connection.query('SELECT 1', { timeoutMs: leftMs() })),
        );
        expect(found.kind).toBe('hung');
        expect(found.ms).toBeLessThan(600);
      }
      await until(() => openSockets() <= before, { what: 'the sockets are closed', timeoutMs: 2000 });
    } finally {
      server.thaw();
    }
    const rows = await pool.use(2000, async (connection, leftMs) =>
      connection.query('SELECT 1 AS one', { timeoutMs: leftMs() }),
    );
    expect(rows).toEqual([{ one: 1 }]);
    pool.close();
  });
});

describe('a pool', () => {
  test('goes on after a restart of the server, without a failed look', async () => {
    const pool = createPool(target);
    const ask = async (): Promise<unknown> =>
      await pool.use(2000, async (connection, leftMs) => connection.query('SELECT 1 AS one', { timeoutMs: leftMs() }));
    await ask();
    await server.restart();
    expect(await ask()).toEqual([{ one: 1 }]);
    pool.close();
  });

  test('has no more connections than it may, and waiting for one has an end', async () => {
    const pool = createPool(target, 1);
    const slow = pool.use(3000, async (connection, leftMs) =>
      connection.query('SELECT SLEEP(0.5)', { timeoutMs: leftMs() }),
    );
    const impatient = await failure(pool.use(100, async () => await Promise.resolve()));
    expect(impatient.kind).toBe('hung');
    expect(impatient.ms).toBeLessThan(400);
    const patient = pool.use(3000, async (connection) => await Promise.resolve(connection.id));
    const first = await slow.then(async () => await patient);
    expect(await pool.use(3000, async (connection) => await Promise.resolve(connection.id))).toBe(first);
    pool.close();
    expect((await failure(pool.use(100, async () => await Promise.resolve()))).kind).toBe('lost');
  });

  test('keeps its connection after a refused statement and drops it after a lost one', async () => {
    const pool = createPool(target, 1);
    const id = async (): Promise<number> =>
      await pool.use(2000, async (connection) => await Promise.resolve(connection.id));
    const first = await id();
    await failure(pool.use(2000, async (connection) => await connection.query('NONSENSE', { timeoutMs: 1000 })));
    expect(await id()).toBe(first);
    await failure(
      pool.use(100, async (connection, leftMs) => connection.query('SELECT SLEEP(2)', { timeoutMs: leftMs() })),
    );
    expect(await id()).not.toBe(first);
    pool.close();
  });

  test('through a link that drops everything: hung at the deadline, and well again when the link is', async () => {
    const relay = await openRelay(() => ({ host: server.host, port: server.port }));
    const pool = createPool({ ...target, port: relay.port });
    const ask = async (): Promise<unknown> =>
      await pool.use(500, async (connection, leftMs) => connection.query('SELECT 1 AS one', { timeoutMs: leftMs() }));
    await ask();
    await relay.blackHole();
    expect((await failure(ask())).kind).toBe('hung');
    expect((await failure(ask())).kind).toBe('hung');
    await relay.restore();
    expect(await ask()).toEqual([{ one: 1 }]);
    pool.close();
    await relay.close();
  });
});

function addressOf(listener: Server): AddressInfo {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address;
}
