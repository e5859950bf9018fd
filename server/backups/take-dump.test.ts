import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp, follow } from '../sandbox/replication.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';
import { readCatalogue } from './catalogue.ts';
import { placeBackup } from './fixtures.ts';
import { takeDump, type DumpRequest } from './take-dump.ts';
import { writeDump } from './write-dump.ts';

const run = promisify(execFile);
let cluster: SandboxCluster;
let primary: SandboxServer;
let directory: string;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 1 });
  primary = cluster.server('db-1');
  await primary.sql(
    'CREATE PROCEDURE shop.greet() SELECT 1',
    "CREATE EVENT shop.tick ON SCHEDULE EVERY 1 DAY DO INSERT INTO shop.orders (uid) VALUES ('tick')",
    "CREATE TRIGGER shop.mark BEFORE INSERT ON shop.orders FOR EACH ROW SET NEW.payload = CONCAT('!', NEW.payload)",
    'CREATE TABLE shop.blobs (id INT PRIMARY KEY, bytes VARBINARY(64))',
    'INSERT INTO shop.blobs SELECT seq, RANDOM_BYTES(64) FROM shop.seq_1_to_20000',
  );
});
afterAll(async () => {
  await cluster?.stop();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-dump-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

function request(server: SandboxServer, changes: Partial<DumpRequest> = {}): DumpRequest {
  return {
    server: server.name,
    socket: server.socket,
    defaultsFile: server.optionsFile,
    directory,
    startedAt: new Date(),
    now: () => new Date(),
    stallTimeoutMs: 30_000,
    signal: new AbortController().signal,
    onBytes: () => undefined,
    database: null,
    compression: 'zstd',
    ...changes,
  };
}

/** Rows and definitions that a restored server must have in common with its source. */
async function contents(server: SandboxServer): Promise<unknown> {
  return [
    await server.sql('CHECKSUM TABLE shop.orders, shop.customers, shop.products, shop.blobs'),
    await server.sql('SELECT name, type FROM mysql.proc WHERE db = "shop"'),
    await server.sql('SELECT event_name FROM information_schema.events'),
    await server.sql('SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = "shop"'),
    await server.sql('SELECT user, host FROM mysql.global_priv ORDER BY 1, 2'),
  ];
}

async function restore(server: SandboxServer, file: string): Promise<void> {
  const zstd = spawn('zstd', ['-dc', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const client = spawn(
    'mariadb',
    [`--defaults-file=${server.optionsFile}`, '--init-command=SET SESSION sql_log_bin=0'],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  const ended = new Promise((resolve) => client.on('close', resolve));
  await pipeline(zstd.stdout, client.stdin);
  expect(await ended).toBe(0);
}

describe.each(['db-1', 'db-2'])('a dump of %s taken under write load', (source) => {
  test('loads into an empty server, and its position continues replication from the primary', async () => {
    const load = { on: true };
    const writer = (async () => {
      const session = await primary.session();
      for (let id = 0; load.on; id += 1) {
        await session.query(`INSERT INTO shop.orders (uid) VALUES ('${source}-${id}')`, { timeoutMs: 5000 });
      }
      session.destroy();
    })();
    const outcome = await takeDump(request(cluster.server(source))).finally(() => (load.on = false));
    await writer;
    if (outcome.kind === 'failed') throw new Error(outcome.reason);
    const { manifest } = outcome;
    const file = await readFile(join(directory, manifest.name));
    expect(manifest).toMatchObject({
      format: 1,
      method: 'dump',
      server: source,
      compression: 'zstd',
      bytes: file.length,
    });
    expect(manifest.sha256).toBe(createHash('sha256').update(file).digest('hex'));
    expect(manifest.gtid).toMatch(/^0-1-\d+$/);
    expect(await readCatalogue(directory)).toEqual([manifest]);

    const other = await createCluster({ replicas: 0, settings: { server_id: 9 } });
    try {
      const empty = other.server('db-1');
      await empty.sql('DROP DATABASE shop', 'RESET MASTER');
      await restore(empty, join(directory, manifest.name));
      await empty.sql(`SET GLOBAL gtid_slave_pos = '${manifest.gtid}'`);
      await follow(empty, primary.address, cluster.accounts.replication);
      await caughtUp(empty, primary);
      expect(await contents(empty)).toEqual(await contents(primary));
      const [binlog] = await empty.sql('SELECT @@gtid_binlog_state AS state');
      expect(binlog?.['state']).not.toContain('-9-');
    } finally {
      await other.stop();
    }
  });
});

test('a replica made from a copy, whose own binary log is empty, still knows the position of its dump', async () => {
  const replica = cluster.server('db-2');
  await caughtUp(replica, primary);
  const [applied] = await replica.sql('SELECT @@gtid_slave_pos AS gtid');
  await replica.sql('STOP ALL SLAVES', 'RESET MASTER');
  try {
    const outcome = await takeDump(request(replica));
    expect(outcome).toMatchObject({ kind: 'done', manifest: { gtid: applied?.['gtid'] } });
  } finally {
    await replica.sql('START ALL SLAVES');
  }
});

/** Starts a dump that waits behind a lock in the middle of its output, and hands it over. */
async function held(
  server: SandboxServer,
  changes: Partial<DumpRequest>,
  act: (dumpConnection: number) => Promise<void>,
): Promise<string> {
  const lock = await server.session();
  await lock.query('LOCK TABLES shop.products WRITE', { timeoutMs: 5000 });
  try {
    const outcome = takeDump(request(server, changes));
    let connection = 0;
    await until(
      async () => {
        const [row] = await server.sql(
          "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table%' AND info LIKE '%products%'",
        );
        connection = Number(row?.['id'] ?? 0);
        return connection > 0;
      },
      { what: 'the dump waits for the lock' },
    );
    expect(await readdir(directory)).toHaveLength(1);
    await act(connection);
    const failed = await outcome;
    expect(await readdir(directory)).toEqual([]);
    return failed.kind === 'failed' ? failed.reason : 'it was done';
  } finally {
    lock.destroy();
  }
}

describe('a dump that fails leaves nothing, and says why:', () => {
  test('mariadb-dump was killed', async () => {
    const reason = await held(primary, {}, async () => {
      const { stdout } = await run('pgrep', ['-P', String(process.pid), '-x', 'mariadb-dump']);
      process.kill(Number(stdout), 'SIGKILL');
    });
    expect(reason).toBe('mariadb-dump was ended by SIGKILL');
  });

  test('zstd was killed', async () => {
    const reason = await held(primary, {}, async () => {
      const { stdout } = await run('pgrep', ['-P', String(process.pid), '-x', 'zstd']);
      process.kill(Number(stdout), 'SIGKILL');
    });
    expect(reason).toBe('zstd was ended by SIGKILL');
  });

  test('the server ended its connection', async () => {
    const reason = await held(primary, {}, async (id) => {
      await primary.sql(`KILL ${id}`);
    });
    expect(reason).toMatch(/^mariadb-dump ended with code \d+: .*(Lost connection|killed)/s);
  });

  test('nothing came for too long', async () => {
    const reason = await held(primary, { stallTimeoutMs: 1500 }, async () => undefined);
    expect(reason).toBe('mariadb-dump printed nothing for 1.5 s');
  });

  test('the agent was ended', async () => {
    const closing = new AbortController();
    const reason = await held(primary, { signal: closing.signal }, async () => {
      closing.abort(new Error('the agent was ended'));
    });
    expect(reason).toBe('the agent was ended');
  });

  test('the server was killed', async () => {
    const replica = cluster.server('db-2');
    const reason = await held(replica, {}, () => replica.kill());
    await replica.start();
    expect(reason).toMatch(/^mariadb-dump ended with code \d+: .*Lost connection/s);
  });

  test('the server is down', async () => {
    const gone = request(primary, { socket: join(directory, 'nothing-here') });
    expect(await takeDump(gone)).toEqual({ kind: 'failed', reason: expect.stringContaining('nothing-here') });
    expect(await readdir(directory)).toEqual([]);
  });

  test('the account may not dump', async () => {
    const outcome = await takeDump(request(primary, { defaultsFile: undefined }));
    expect(outcome).toEqual({ kind: 'failed', reason: expect.stringContaining('Access denied') });
  });

  test('the disk is full', async () => {
    const full = await open('/dev/full', 'w');
    const dumping = writeDump(full, {
      ...request(primary),
      arguments: [`--defaults-file=${primary.optionsFile}`, '--single-transaction', 'shop'],
    });
    await expect(dumping).rejects.toThrow('ENOSPC');
    await full.close();
  });
});

test('a backup that exists is never overwritten', async () => {
  const startedAt = new Date();
  const kept = await placeBackup(directory, Buffer.from('older'), startedAt.toISOString());
  const outcome = await takeDump(request(primary, { startedAt }));
  expect(outcome).toEqual({ kind: 'failed', reason: expect.stringContaining('EEXIST') });
  expect(await readCatalogue(directory)).toEqual([kept]);
  expect(await readdir(directory)).toHaveLength(2);
});

test('no password stands in the arguments of mariadb-dump', async () => {
  const lock = await primary.session();
  await lock.query('LOCK TABLES shop.products WRITE', { timeoutMs: 5000 });
  const dumping = takeDump(request(primary));
  await until(
    async () => (await run('pgrep', ['-P', String(process.pid), '-x', 'mariadb-dump']).catch(() => null)) !== null,
    {
      what: 'mariadb-dump runs',
    },
  );
  const { stdout } = await run('pgrep', ['-P', String(process.pid), '-x', 'mariadb-dump']);
  const argv = await readFile(`/proc/${stdout.trim()}/cmdline`, 'utf8');
  lock.destroy();
  expect(argv).toContain('--single-transaction');
  expect(argv).not.toContain(cluster.accounts.agent.password);
  expect((await dumping).kind).toBe('done');
});
