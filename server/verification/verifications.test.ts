import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BackupRequest, VerifyRun } from '../contract/agent.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { BackupRunner } from '../backups/backup-runner.ts';
import { findBackup, readCatalogue } from '../backups/catalogue.ts';
import { FailureNote } from '../backups/failure-note.ts';
import { backupRules } from '../backups/fixtures.ts';
import { manifestName } from '../backups/names.ts';
import { BackupTurn } from '../backups/turn.ts';
import { readVerification } from '../backups/verification.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';
import { restore } from './restore.ts';
import { Verifications } from './verifications.ts';

let cluster: SandboxCluster;
let server: SandboxServer;
let directory: string;
let state: string;
let backups: BackupRunner;
let note: FailureNote;
/** Of the server as it was: full, then two that build on it, and a dump. */
let chain: DumpManifest[];
let dump: DumpManifest;
let contents: unknown;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  server = cluster.server('db-1');
  directory = await mkdtemp(join(tmpdir(), 'baton-verify-'));
  state = await mkdtemp(join(tmpdir(), 'baton-verify-state-'));
  note = await FailureNote.open(join(state, 'failure.json'));
  backups = new BackupRunner({
    server: 'db-1',
    socket: server.socket,
    defaultsFile: server.optionsFile,
    directory,
    workDirectory: state,
    rules: backupRules({ directory, method: ['mariabackup', 'dump'], full: '0 0 1 1 *' }),
    now: () => new Date(),
    keep: {},
    note,
    turn: new BackupTurn(),
    logger: pino({ level: 'silent' }),
    inUse: () => null,
  });
  await backups.open();
  await server.sql(
    'CREATE TABLE shop.old (id INT PRIMARY KEY, text VARCHAR(100), KEY (text)) ENGINE=MyISAM',
    'INSERT INTO shop.old SELECT seq, REPEAT(CHAR(65 + seq % 26), 50) FROM shop.seq_1_to_5000',
    'CREATE EVENT shop.tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO shop.orders (uid) VALUES (UUID())',
  );
  chain = [await take({ method: 'mariabackup' })];
  await server.sql('CREATE TABLE shop.later (id INT PRIMARY KEY)', 'INSERT INTO shop.later VALUES (1), (2)');
  chain.push(await take({ method: 'mariabackup' }));
  await server.sql('INSERT INTO shop.later VALUES (3)', 'DROP TABLE IF EXISTS shop.nothing');
  chain.push(await take({ method: 'mariabackup' }));
  dump = await take({ method: 'dump' });
  contents = await checksums(server);
});
afterAll(async () => {
  await cluster?.stop();
  await rm(directory, { recursive: true });
  await rm(state, { recursive: true });
});

let verifications: Verifications;
beforeEach(async () => {
  verifications = new Verifications({
    engines: async () => await Promise.resolve([]),
    server: 'db-1',
    directory,
    workDirectory: join(state, 'verify'),
    note,
    now: () => new Date(),
    logger: pino({ level: 'silent' }),
  });
  await verifications.open();
});

/** Takes a backup in a second of its own: that is what it is named after. */
async function take(request: BackupRequest): Promise<DumpManifest> {
  const second = Math.floor(Date.now() / 1000);
  const { id } = await backups.take(request);
  await backups.idle();
  const run = backups.run(id);
  const manifest = await findBackup(directory, run?.name ?? '');
  if (!manifest) throw new Error(`no backup: ${run?.error}`);
  await until(() => Math.floor(Date.now() / 1000) > second, { what: 'the next second' });
  return manifest;
}

async function verify(name: string): Promise<VerifyRun | null> {
  const { id } = await verifications.start(name);
  await verifications.idle();
  // Nothing of the restored server is left, however it ended.
  expect(await readdir(join(state, 'verify'))).toEqual([]);
  return verifications.run(id);
}

async function checksums(on: Pick<SandboxServer, 'sql'>): Promise<unknown> {
  return await on.sql('CHECKSUM TABLE shop.orders, shop.customers, shop.products, shop.old, shop.later');
}

test('an incremental backup is restored with all it builds on, checked, and recorded beside it', async () => {
  const last = chain.at(-1);
  if (!last) throw new Error('there is a chain');
  expect(chain.map(({ method }) => method)).toEqual([
    'mariabackup',
    'mariabackup-incremental',
    'mariabackup-incremental',
  ]);
  const run = await verify(last.name);
  expect(run).toMatchObject({ state: 'done', ok: true, text: expect.stringContaining(last.gtid), step: 'compare' });
  expect(run?.bytes).toBe(chain.reduce((sum, { bytes }) => sum + bytes, 0));
  const record = await readVerification(directory, last);
  expect(record).toMatchObject({ ok: true, startedAt: run?.startedAt, endedAt: run?.endedAt });
});

const quiet = (): void => undefined;

test('the server that is restored from it has every row of its source, and runs none of its events', async () => {
  const folder = await mkdtemp(join(state, 'restored-'));
  const signal = new AbortController().signal;
  const parts = { directory, folder, engines: [], signal, onStep: quiet, onBytes: quiet };
  const { server: restored } = await restore(chain, parts);
  try {
    const connection = await restored.connection();
    const sql = async (text: string) => await connection.query(text, { timeoutMs: 30_000 });
    expect(await checksums({ sql })).toEqual(contents);
    expect(await sql('SELECT @@event_scheduler AS events, @@skip_networking AS alone')).toEqual([
      { events: 'OFF', alone: '1' },
    ]);
    const pid = (await readFile(join(dirname(restored.socket), 'pid'), 'utf8')).trim();
    expect(getPriority(Number(pid))).toBe(19);
    connection.destroy();
  } finally {
    await restored.kill();
    await rm(folder, { recursive: true });
  }
});

test('a dump is loaded, checked and compared', async () => {
  expect(await verify(dump.name)).toMatchObject({ state: 'done', ok: true, text: expect.stringContaining(dump.gtid) });
});

/** Puts other bytes in the place of a file's for the time of the test. */
async function damaged(name: string, change: (content: Buffer) => Buffer | string, act: () => Promise<void>) {
  const path = join(directory, name);
  const before = await readFile(path);
  await writeFile(path, change(Buffer.from(before)));
  try {
    await act();
  } finally {
    await writeFile(path, before);
  }
}

function flipped(content: Buffer): Buffer {
  const at = Math.floor(content.length / 2);
  content[at] = (content[at] ?? 0) ^ 1;
  return content;
}

test('a byte that changed in any file of the chain is found, and ends the chain', async () => {
  const [full, , last] = chain;
  await damaged(full?.name ?? '', flipped, async () => {
    const run = await verify(last?.name ?? '');
    expect(run).toMatchObject({ state: 'failed', ok: false, text: expect.stringContaining(full?.name ?? '') });
  });
  await damaged(dump.name, flipped, async () => {
    expect(await verify(dump.name)).toMatchObject({ state: 'failed', ok: false });
    expect(await readVerification(directory, dump)).toMatchObject({ ok: false });
  });
  // It said nothing of the others, and a bad one is no failure of the verifying.
  expect(note.failures).toEqual([]);
  expect(await verify(dump.name)).toMatchObject({ ok: true });
});

test('a manifest that says another position, or other tables, is found out', async () => {
  const change = (changes: Partial<DumpManifest>) => (): string => JSON.stringify({ ...dump, ...changes });
  await damaged(manifestName(dump.name), change({ gtid: '0-1-99999' }), async () => {
    expect(await verify(dump.name)).toMatchObject({ ok: false, text: expect.stringContaining('0-1-99999') });
  });
  await damaged(manifestName(dump.name), change({ tables: { shop: 77 } }), async () => {
    expect(await verify(dump.name)).toMatchObject({ ok: false, text: expect.stringContaining('says 77') });
  });
});

test('a table that was corrupt already when it was copied is named', async () => {
  await server.sql('FLUSH TABLES shop.old');
  const index = await open(join(server.dataDir, 'shop', 'old.MYI'), 'r+');
  try {
    // Its keys, behind the head of the file.
    await index.write(Buffer.alloc(4096, 0xff), 0, 4096, 2048);
  } finally {
    await index.close();
  }
  const { name } = await take({ method: 'mariabackup-full' });
  expect(await verify(name)).toMatchObject({ state: 'failed', ok: false, text: expect.stringContaining('shop.old') });
  await server.sql('REPAIR TABLE shop.old USE_FRM');
});

test('what keeps a backup from being tried says nothing of it, and is remembered until one is', async () => {
  const before = await readVerification(directory, dump);
  const { id } = await verifications.start(dump.name);
  await expect(verifications.start(dump.name)).rejects.toMatchObject({ code: 'already-running', details: { id } });
  await expect(verifications.start('db-1-2000-01-01T00-00-00Z.sql.zst')).rejects.toMatchObject({
    code: 'already-running',
  });
  await verifications.close();
  expect(verifications.run(id)).toMatchObject({ state: 'failed', ok: null, text: expect.stringContaining('ended') });
  expect(await readdir(join(state, 'verify'))).toEqual([]);
  expect(await readVerification(directory, dump)).toEqual(before);
});

test('a disk without the room is told before anything is begun', async () => {
  const huge = JSON.stringify({ ...dump, unpackedBytes: 2 ** 50 });
  await damaged(
    manifestName(dump.name),
    () => huge,
    async () => {
      await expect(verifications.start(dump.name)).rejects.toMatchObject({ code: 'refused' });
      expect(note.failures).toMatchObject([{ work: 'verify' }]);
    },
  );
  await verify(dump.name);
  expect(note.failures).toEqual([]);
});

test('tables with files elsewhere are never opened beside their server: a physical backup of them is left, a dump is tried', async () => {
  const elsewhere = await mkdtemp(join(state, 'elsewhere-'));
  await server.sql(
    `CREATE TABLE shop.far (id INT PRIMARY KEY) ENGINE=InnoDB DATA DIRECTORY='${elsewhere}'`,
    'INSERT INTO shop.far VALUES (1)',
  );
  try {
    const before = await readFile(join(elsewhere, 'shop', 'far.ibd'));
    const physical = await take({ method: 'mariabackup-full' });
    expect(await verify(physical.name)).toMatchObject({ ok: null, text: expect.stringContaining('shop/far') });
    expect(await readVerification(directory, physical)).toBeNull();
    expect(await verify((await take({ method: 'dump' })).name)).toMatchObject({ ok: true });
    expect(await readFile(join(elsewhere, 'shop', 'far.ibd'))).toEqual(before);
  } finally {
    await server.sql('DROP TABLE shop.far');
  }
  await take({ method: 'mariabackup-full' });
  dump = await take({ method: 'dump' });
});

test('the schedule tries the newest of each kind', async () => {
  const began = new Date().toISOString();
  await verifications.startNewest();
  const newest = [dump, ...(await readCatalogue(directory)).filter(({ method }) => method !== 'dump').slice(0, 1)];
  expect(newest).toHaveLength(2);
  const found = await Promise.all(newest.map((one) => readVerification(directory, one)));
  expect(found).toMatchObject([{ ok: true }, { ok: true }]);
  expect(found.every((one) => one !== null && one.startedAt >= began)).toBe(true);
});
