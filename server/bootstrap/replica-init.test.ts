import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { gunzip as gunzipWith } from 'node:zlib';
import { promisify } from 'node:util';
import { manifestOf } from '../backups/fixtures.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { askLocalServer } from '../mariadb/local-server.ts';
import { text } from '../mariadb/row.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import { beginFolder, declareWhole, initFolderOf } from './init-folder.ts';
import { blankServer, type BlankServer } from './testing/blank-server.ts';
import { originBackups, type OriginBackups } from './testing/origin-backups.ts';
import { serveFolder, type StaticServer } from './testing/static-server.ts';

const gunzip = promisify(gunzipWith);
let cluster: SandboxCluster;
let folder: string;
let web: StaticServer;
let backups: OriginBackups;
const blanks: BlankServer[] = [];

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0, settings: { bind_address: '127.0.0.1,::1', event_scheduler: 'ON' } });
  folder = await mkdtemp(join(tmpdir(), 'baton-bootstrap-'));
  web = await serveFolder(folder);
  backups = originBackups(cluster.server('db-1'), folder);
  await cluster
    .server('db-1')
    .sql(
      'CREATE TABLE shop.t (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20))',
      "INSERT INTO shop.t (name) VALUES ('a'), ('b')",
      'CREATE EVENT shop.tick ON SCHEDULE EVERY 1 HOUR DO DO 1',
    );
});
afterAll(async () => {
  await web?.[Symbol.asyncDispose]();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const one of blanks.splice(0)) await one.remove();
});

async function blank(options: Parameters<typeof blankServer>[1] = {}): Promise<BlankServer> {
  const made = await blankServer(cluster, options);
  blanks.push(made);
  return made;
}

/** Started for good, it replicates by itself: what is written on the primary then is there as well. */
async function replicates({ server }: BlankServer): Promise<void> {
  await server.start();
  const primary = cluster.server('db-1');
  await primary.sql("INSERT INTO shop.t (name) VALUES ('c')");
  await caughtUp(server, primary);
  const rows = async (one: typeof primary) =>
    (await one.sql('SELECT id, name FROM shop.t ORDER BY id')).map((row) => ({ ...row }));
  expect(await rows(server)).toEqual(await rows(primary));
  expect(text((await server.sql('SELECT @@read_only AS ro'))[0] ?? {}, 'ro')).toBe('1');
  expect((await followed(server))?.lastErrno).toBe(0);
}

test('test_no_ssl_ipv4_no_bootstrap: from nothing, by all that the primary ever logged', async () => {
  const one = await blank();
  expect(await one.init({})).toMatchObject({ kind: 'replicates', copy: [], transactionsBehind: 0 });
  await replicates(one);
});

test('test_caucase_ipv4_bootstrap_from_dump, plain: the origin’s most-recent.sql.gz', async () => {
  await backups.dump('most-recent.sql.gz');
  // Its options file has another password than the account that comes with the copy.
  const one = await blank({ agentPassword: 'of-this-host-alone' });
  const end = await one.init({ bootstrapUrl: web.url('127.0.0.1', 'most-recent.sql.gz') });
  expect(end).toMatchObject({
    kind: 'replicates',
    copy: ['most-recent.sql.gz'],
    gtid: expect.stringMatching(/^0-1-\d+$/),
  });
  await replicates(one);
  const { socket, optionsFile } = one.server;
  for (const defaultsFile of [optionsFile, cluster.server('db-1').optionsFile]) {
    expect(await askLocalServer({ socket, defaultsFile }, 5_000, async () => await Promise.resolve('in'))).toBe('in');
  }
  const [event] = await one.server.sql('SELECT STATUS AS status FROM information_schema.EVENTS');
  expect(event).toMatchObject({ status: 'SLAVESIDE_DISABLED' });
});

test('test_caucase_bootstrap_from_mariabackup and _incremental, plain, over [::1]: the last full one of index.txt and what follows it', async () => {
  const primary = cluster.server('db-1');
  await backups.full('20500101000000.full.xb.zstd');
  await primary.sql("INSERT INTO shop.t (name) VALUES ('full')");
  const base = await backups.full('20500102000000.full.xb.zstd');
  const alone = await blank();
  const url = web.url('[::1]', '');
  expect(await alone.init({ bootstrapUrl: url })).toMatchObject({ copy: ['20500102000000.full.xb.zstd'] });
  await replicates(alone);
  await primary.sql("INSERT INTO shop.t (name) VALUES ('inc')");
  const next = await backups.incremental('20500103000000.inc.xb.zstd', base);
  await primary.sql("INSERT INTO shop.t (name) VALUES ('inc 2')");
  await backups.incremental('20500104000000.inc.xb.zstd', next);
  const [written] = await primary.sql('SELECT @@gtid_binlog_pos AS gtid');
  const one = await blank();
  expect(await one.init({ bootstrapUrl: url })).toMatchObject({
    copy: ['20500102000000.full.xb.zstd', '20500103000000.inc.xb.zstd', '20500104000000.inc.xb.zstd'],
    gtid: text(written ?? {}, 'gtid'),
  });
  await replicates(one);
});

test('where data exist it does nothing', async () => {
  const one = await blank();
  await one.init({});
  await one.server.start();
  await one.server.stop();
  const before = (await readdir(one.server.dataDir)).toSorted();
  const asked = web.asked.length;
  expect(await one.init({ bootstrapUrl: web.url('127.0.0.1', 'most-recent.sql.gz') })).toEqual({
    kind: 'data-exist',
    dataDirectory: one.server.dataDir,
  });
  expect((await readdir(one.server.dataDir)).toSorted()).toEqual(before);
  expect(web.asked.length).toBe(asked);
});

test('what is no database and not nothing is left alone', async () => {
  const one = await blank();
  await writeFile(join(one.server.dataDir, 'ibdata1'), 'precious');
  await expect(one.init({})).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('ibdata1') });
  expect(await readFile(join(one.server.dataDir, 'ibdata1'), 'utf8')).toBe('precious');
});

test('where a server was made beside a copy that waited for its place, neither it nor its options change', async () => {
  const one = await blank();
  const { dataDir, persistFile } = one.server;
  const place = initFolderOf(dataDir);
  await beginFolder(place, []);
  for (const path of [place.data, dataDir]) await mkdir(join(path, 'mysql'));
  await declareWhole(place);
  await expect(one.init({})).rejects.toThrow('was a server started there meanwhile?');
  expect(await readFile(persistFile, 'utf8')).toBe('');
  expect(await readdir(place.data)).toEqual(['mysql']);
});

/** A manifest, as Baton's agent writes one beside a backup. */
async function describe(name: string, changes: Partial<DumpManifest> = {}): Promise<DumpManifest> {
  const content = await readFile(join(folder, name));
  const [row] = await cluster.server('db-1').sql('SELECT @@gtid_binlog_pos AS gtid, VERSION() AS version');
  const manifest: DumpManifest = {
    ...manifestOf(content, '2026-11-26T20:00:00.000Z'),
    name,
    serverVersion: text(row ?? {}, 'version'),
    gtid: text(row ?? {}, 'gtid'),
    ...changes,
  };
  await writeFile(join(folder, `${name}.json`), JSON.stringify(manifest));
  return manifest;
}

const small = 'db-1-2026-11-26T20-00-00Z.sql.gz';

test('a connection that breaks is taken up again where it broke, with ranges and without', async () => {
  await backups.dump(small);
  const { bytes } = await describe(small, { compression: 'gzip' });
  for (const ranges of [true, false]) {
    Object.assign(web.troubles, { ranges, cutAfter: [1000, Math.floor(bytes / 2), bytes - 1] });
    web.asked.length = 0;
    const one = await blank();
    expect(await one.init({ bootstrapUrl: web.url('127.0.0.1', small) })).toMatchObject({ kind: 'replicates' });
    expect(web.asked.filter((path) => path.startsWith(`/${small} bytes=`)).length).toBe(3);
  }
  web.troubles.ranges = true;
});

const refusals: [string, string, () => Promise<unknown>][] = [
  [
    'a bad checksum',
    'another SHA-256',
    async () => await describe(small, { sha256: 'a'.repeat(64), compression: 'gzip' }),
  ],
  ['another length', 'another length', async () => await describe(small, { bytes: 7, compression: 'gzip' })],
  ['no position', 'says no GTID position', async () => await describe(small, { gtid: '', compression: 'gzip' })],
  [
    'a position that the primary never had (wrong GTID)',
    'not a copy of that server',
    async () => await describe(small, { gtid: '0-7-99', compression: 'gzip' }),
  ],
  [
    'a manifest of another backup',
    'its manifest says',
    async () => await describe(small, { gtid: '0-1-1', compression: 'gzip' }),
  ],
  [
    'a future version',
    'future version',
    async () => await describe(small, { serverVersion: '99.1.2-MariaDB', compression: 'gzip' }),
  ],
];
test.each(refusals)(
  'a copy with %s is refused with the reason (%s), and nothing is left of it',
  async (_, reason, spoil) => {
    await backups.dump(small);
    await spoil();
    const one = await blank();
    await expect(one.init({ bootstrapUrl: web.url('127.0.0.1', small) })).rejects.toThrow(reason);
    expect(await readdir(one.server.dataDir)).toEqual([]);
  },
);

test('a partial dump and a corrupt one are refused, also where no manifest and no checksum stand beside them', async () => {
  await backups.dump('whole.sql.gz');
  const whole = await readFile(join(folder, 'whole.sql.gz'));
  const dump = await gunzip(whole);
  await writeFile(join(folder, 'cut.sql'), dump.subarray(0, -200));
  await writeFile(join(folder, 'cut.sql.gz'), whole.subarray(0, -1000));
  const damaged = Buffer.from(whole);
  damaged.fill(0, 5000, 5100);
  await writeFile(join(folder, 'damaged.sql.gz'), damaged);
  await writeFile(join(folder, 'nothing.sql.gz'), '<html>not here</html>');
  const one = await blank();
  for (const name of ['cut.sql', 'cut.sql.gz', 'damaged.sql.gz', 'nothing.sql.gz']) {
    await expect(one.init({ bootstrapUrl: web.url('127.0.0.1', name) })).rejects.toThrow(/not whole|gzip|mariadb/);
    expect(await readdir(one.server.dataDir)).toEqual([]);
  }
  expect(await one.init({ bootstrapUrl: web.url('127.0.0.1', 'whole.sql.gz') })).toMatchObject({ kind: 'replicates' });
});

test('what is not there, not for us, or speaks no TLS is refused at once', async () => {
  const one = await blank();
  const from = async (url: string): Promise<unknown> =>
    await one.init({ bootstrapUrl: url }).catch((error: unknown) => error);
  expect(await from(web.url('127.0.0.1', 'absent.sql.gz'))).toMatchObject({ code: 'not-found' });
  expect(await from(web.url('127.0.0.1', 'most-recent.sql.gz').replace('http:', 'https:'))).toMatchObject({
    code: 'refused',
    message: expect.stringContaining('speaks no TLS'),
  });
  expect(await from('http://::1:80/x.sql.gz')).toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('brackets'),
  });
  web.troubles.status = 403;
  expect(await from(web.url('127.0.0.1', 'most-recent.sql.gz'))).toMatchObject({ code: 'refused' });
  web.troubles.status = null;
  expect(await readdir(one.server.dataDir)).toEqual([]);
});

test('a source that does not come back is given up after its time, and nothing is left', async () => {
  const one = await blank();
  web.troubles.status = 503;
  await expect(one.init({ bootstrapUrl: web.url('127.0.0.1', 'most-recent.sql.gz'), patienceMs: 500 })).rejects.toThrow(
    'answers 503',
  );
  web.troubles.status = null;
  expect(await readdir(one.server.dataDir)).toEqual([]);
});

test.runIf(process.getuid?.() === 0)(
  'started by root, it makes the data as their directory’s owner (as root: of nobody)',
  async () => {
    await backups.full('20500105000000.full.xb.zstd');
    const one = await blank();
    const { dataDir, optionsFile } = one.server;
    const nobody = 65_534;
    await chown(dataDir, nobody, nobody);
    for (const path of [one.folder, dataDir]) await chmod(path, 0o755);
    await chmod(optionsFile, 0o644);
    expect(await one.init({ bootstrapUrl: web.url('127.0.0.1', '20500105000000.full.xb.zstd') })).toMatchObject({
      kind: 'replicates',
    });
    const names = await readdir(dataDir, { recursive: true });
    const owners = new Set(await Promise.all(names.map(async (name) => (await stat(join(dataDir, name))).uid)));
    expect([...owners]).toEqual([nobody]);
  },
);
