import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BackupRequest, BackupRun } from '../contract/agent.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';
import { BackupRunner } from './backup-runner.ts';
import { readCatalogue } from './catalogue.ts';
import { latestChain } from './chain.ts';
import { FailureNote } from './failure-note.ts';
import { backupRules } from './fixtures.ts';
import { physicalArguments } from './physical-stream.ts';
import { writePhysical } from './take-physical.ts';
import { BackupTurn } from './turn.ts';

const run = promisify(execFile);
let cluster: SandboxCluster;
let server: SandboxServer;
let directory: string;
let state: string;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  server = cluster.server('db-1');
});
afterAll(async () => {
  await cluster?.stop();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-physical-'));
  state = await mkdtemp(join(tmpdir(), 'baton-physical-state-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  await rm(state, { recursive: true });
});

type Dumps = Partial<ReturnType<typeof backupRules>['dump']>;

async function runner(dump: Dumps = {}): Promise<BackupRunner> {
  const backups = new BackupRunner({
    server: 'db-1',
    socket: server.socket,
    defaultsFile: server.optionsFile,
    directory,
    workDirectory: state,
    rules: backupRules({ directory, method: ['mariabackup', 'dump'], full: '0 0 1 1 *', dump }),
    now: () => new Date(),
    keep: {},
    note: await FailureNote.open(join(state, 'failure.json')),
    turn: new BackupTurn(),
    logger: pino({ level: 'silent' }),
    inUse: () => null,
  });
  await backups.open();
  return backups;
}

async function take(backups: BackupRunner, request: BackupRequest = {}): Promise<BackupRun | null> {
  const { id } = await backups.take(request);
  await backups.idle();
  return backups.run(id);
}

/** The names end in the second: two of one second would be the same. */
async function nextSecond(): Promise<void> {
  const { length } = await readdir(directory);
  const second = Math.floor(Date.now() / 1000);
  await until(() => Math.floor(Date.now() / 1000) > second, { what: `the second after file ${length}` });
}

test('a full backup and what changed since, each on the one before, with position, span of the log and checksum', async () => {
  const backups = await runner();
  const first = await take(backups);
  expect(first).toMatchObject({ state: 'done', error: null, method: 'mariabackup' });
  await server.sql('CREATE TABLE shop.later (id INT PRIMARY KEY)', 'INSERT INTO shop.later VALUES (1)');
  await nextSecond();
  const second = await take(backups);
  expect(second).toMatchObject({ state: 'done', method: 'mariabackup-incremental' });
  await nextSecond();
  expect(await take(backups)).toMatchObject({ state: 'done', method: 'mariabackup-incremental' });
  const chain = latestChain(await readCatalogue(directory), 'mariabackup');
  expect(chain).toHaveLength(3);
  const [full, incremental] = chain ?? [];
  expect(full).toMatchObject({ name: first?.name, base: null, lsn: { from: '0' }, compression: 'zstd' });
  expect(incremental).toMatchObject({ name: second?.name, base: full?.name, lsn: { from: full?.lsn?.to } });
  expect(incremental?.tables).toEqual({ shop: (full?.tables?.['shop'] ?? 0) + 1 });
  expect(incremental?.log).toContain('completed OK!');
  expect(full?.unpackedBytes).toBeGreaterThan(full?.bytes ?? Infinity);
  const [position] = await server.sql('SELECT @@gtid_binlog_pos AS gtid');
  expect(incremental?.gtid).toBe(position?.['gtid']);
  const content = await readFile(join(directory, full?.name ?? ''));
  expect(full?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  expect(full?.bytes).toBe(content.length);
  await nextSecond();
  expect(await take(backups, { method: 'mariabackup-full' })).toMatchObject({ state: 'done', method: 'mariabackup' });
  const index: unknown = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'));
  expect(index).toEqual({ format: 1, backups: await readCatalogue(directory) });
  // What mariadb-backup needs while it runs is gone.
  expect(await readdir(state)).toEqual([]);
});

test('a dump of one database says so in name and manifest; a name that is an option is none', async () => {
  const backups = await runner();
  const one = await take(backups, { database: 'shop' });
  expect(one?.name).toMatch(/\.shop\.sql\.zst$/);
  const [counted] = await server.sql(
    "SELECT COUNT(*) AS tables FROM information_schema.tables WHERE table_schema = 'shop' AND table_type = 'BASE TABLE'",
  );
  const tables = { shop: Number(counted?.['tables']) };
  expect(await readCatalogue(directory)).toMatchObject([{ database: 'shop', method: 'dump', tables }]);
  const missing = await take(backups, { database: '--all-databases' });
  expect(missing).toMatchObject({ state: 'failed', error: expect.stringContaining('Unknown database') });
});

test('a dump of each database by itself, through gzip, is one run, and has the accounts as well', async () => {
  await server.sql('CREATE DATABASE IF NOT EXISTS `a b`', 'CREATE TABLE IF NOT EXISTS `a b`.t (id INT)');
  const backups = await runner({ databases: 'each', compression: 'gzip' });
  const done = await take(backups, { method: 'dump' });
  const dumps = await readCatalogue(directory);
  expect(new Set(dumps.map(({ database }) => database))).toEqual(new Set(['a b', 'mysql', 'shop']));
  expect(done).toMatchObject({ state: 'done', bytes: dumps.reduce((sum, { bytes }) => sum + bytes, 0) });
  const ofShop = dumps.find(({ database }) => database === 'shop');
  const { stdout } = await run('gzip', ['-dc', join(directory, ofShop?.name ?? '')], { maxBuffer: 2 ** 28 });
  expect(stdout).toContain('CREATE TABLE `orders`');
});

/** Holds the lock that mariadb-backup needs, and acts while it waits in the middle of its backup. */
async function held(act: (backups: BackupRunner) => Promise<void>): Promise<void> {
  const lock = await server.session();
  await lock.query('BACKUP STAGE START', { timeoutMs: 5000 });
  const backups = await runner();
  try {
    await backups.take();
    await until(
      async () => {
        const waiting = await server.sql(
          "SELECT id FROM information_schema.processlist WHERE info LIKE 'BACKUP STAGE START%'",
        );
        return waiting.length > 0;
      },
      { what: 'mariadb-backup waits for the lock' },
    );
    expect((await readdir(directory)).filter((name) => name.endsWith('.partial'))).toHaveLength(1);
    await act(backups);
  } finally {
    lock.destroy();
    await backups.close();
  }
}

test('mariadb-backup that is killed leaves nothing, and its failure outlives a dump that succeeds', async () => {
  await held(async (backups) => {
    const { stdout } = await run('pgrep', ['-P', String(process.pid), '-x', 'mariadb-backup']);
    process.kill(Number(stdout), 'SIGKILL');
    await backups.idle();
    expect(await readdir(directory)).toEqual(['index.json']);
    expect(backups.failures()).toMatchObject([
      { work: 'mariabackup', text: expect.stringContaining('mariadb-backup was ended by SIGKILL') },
    ]);
  });
  const backups = await runner();
  expect(await take(backups, { method: 'dump' })).toMatchObject({ state: 'done' });
  expect(backups.failures()).toMatchObject([{ work: 'mariabackup' }]);
});

test('the server that is killed in the middle leaves nothing', async () => {
  await held(async (backups) => {
    await server.kill();
    await backups.idle();
    expect(await readdir(directory)).toEqual(['index.json']);
    expect(backups.failures()[0]?.text).toMatch(/^mariadb-backup ended with code \d+: /);
  });
  await server.start();
});

test('a full disk is told as such', async () => {
  const full = await open('/dev/full', 'w');
  const [row] = await server.sql('SELECT @@datadir AS datadir');
  const source = {
    socket: server.socket,
    defaultsFile: server.optionsFile,
    dataDirectory: String(row?.['datadir']),
  };
  const writing = writePhysical(full, physicalArguments(source, state), {
    stallTimeoutMs: 30_000,
    signal: new AbortController().signal,
    onBytes: () => undefined,
  });
  await expect(writing).rejects.toThrow('ENOSPC');
  await full.close();
});
