import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCopy } from '../agent/open-copy.ts';
import { readCatalogue } from '../backups/catalogue.ts';
import { chainOf } from '../backups/chain.ts';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import { caughtUp } from '../sandbox/replication.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';
import { materialOf } from '../tls/testing/certificates.ts';
import { proveBackup } from '../verification/prove-backup.ts';
import { publishedPrimary, type Host, type PublishedPrimary } from './testing/published-primary.ts';

/*
 * The origin's acceptance test of that name (SlapOS, software/erp5/test/test/test_mariadb.py), which restores no physical
 * backup there; and of TestMroonga what a restored copy has to have. Mroonga keeps its rows in files of its own (shop.mrn…) in the
 * data directory, which mariadb-backup takes whole, also into an incremental one (10.11.18). The filter of stems is not here: its
 * library is in no package of Debian.
 */
const file = 'lib/mysql/plugin/ha_mroonga.so';
const places = ['/usr', join(import.meta.dirname, '../../var/cache/mroonga/usr')];
const place = places.find((folder) => existsSync(join(folder, file)));
const settings = { plugin_dir: join(place ?? '', file, '..'), plugin_load_add: 'ha_mroonga' };

const indexed = {
  normalized: 'normalizer "NormalizerAuto"',
  bigrams: 'tokenizer "TokenBigramSplitSymbolAlphaDigit"',
};
let scene: PublishedPrimary;
let restored: SandboxServer;
const blanks: BlankServer[] = [];
beforeAll(async () => {
  if (place === undefined) throw new Error('there is no Mroonga here: `npm test` gets it');
  scene = await publishedPrimary({ secure: true, settings });
  await scene.primary.sql(
    `CREATE TABLE shop.t (id INT AUTO_INCREMENT PRIMARY KEY, body VARCHAR(200), FULLTEXT KEY (body))
       ENGINE=Mroonga DEFAULT CHARSET utf8mb4`,
    "INSERT INTO shop.t (body) VALUES ('in the full backup')",
    "CREATE FUNCTION mroonga_normalize RETURNS STRING SONAME 'ha_mroonga.so'",
    ...Object.entries(indexed).map(
      ([name, how]) =>
        `CREATE TABLE shop.${name} (body VARCHAR(200), FULLTEXT KEY (body) COMMENT '${how}')
           ENGINE=Mroonga DEFAULT CHARSET utf8mb4`,
    ),
    "INSERT INTO shop.normalized VALUES ('ＦＵＬＬ width'), ('another')",
    "INSERT INTO shop.bigrams VALUES ('abcdef'), ('ab cd')",
  );
});
afterAll(async () => {
  for (const blank of blanks) await blank.remove();
  await scene?.[Symbol.asyncDispose]();
});

async function found(server: SandboxServer, word: string, table = 't'): Promise<unknown[]> {
  const matching = `MATCH (body) AGAINST ('${word}' IN BOOLEAN MODE)`;
  const rows = await server.sql(`SELECT body FROM shop.${table} WHERE ${matching} ORDER BY body`);
  return rows.map(({ body }) => body);
}

/** A replica that began with that backup, and replicates. */
async function replicaOf(name: string, host: Host): Promise<SandboxServer> {
  const blank = await blankServer(scene.cluster, { settings });
  blanks.push(blank);
  const url = `${scene.agentUrl(host)}/backups/${name}`;
  const ran = await scene.init(blank, host, { 'replication-bootstrap-url': url });
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Replicating')]);
  await blank.server.start();
  await caughtUp(blank.server, scene.primary);
  return blank.server;
}

test('test_mariabackup_mroonga_backup_and_incremental_backup', async () => {
  const { primary } = scene;
  const [full = ''] = await scene.backup('mariabackup');
  const first = await replicaOf(full, '::1');
  expect(await found(first, 'backup')).toEqual(['in the full backup']);
  await primary.sql("INSERT INTO shop.t (body) VALUES ('in the incremental backup')");
  const incremental = (await scene.backup('mariabackup')).at(-1) ?? '';
  expect(incremental).not.toBe(full);
  // What is written behind both is replicated into what was restored.
  restored = await replicaOf(incremental, '127.0.0.1');
  await primary.sql("INSERT INTO shop.t (body) VALUES ('replicated behind the backup')");
  const all = ['in the full backup', 'in the incremental backup', 'replicated behind the backup'];
  for (const server of [first, restored]) {
    await caughtUp(server, primary);
    expect(await found(server, 'backup')).toEqual(all);
  }
});

test('TestMroonga, in the restored copy: the plugin is active, and normalizes and finds as it did', async () => {
  const status = "SELECT PLUGIN_STATUS AS status FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'Mroonga'";
  expect(await restored.sql(status)).toMatchObject([{ status: 'ACTIVE' }]);
  const word = Buffer.from('abc1あア').toString('hex');
  const normalized = "SELECT LOWER(HEX(mroonga_normalize('ABC①あア'))) AS word";
  expect(await restored.sql(normalized)).toMatchObject([{ word }]);
  expect(await found(restored, 'full', 'normalized')).toEqual(['ＦＵＬＬ width']);
  expect(await found(restored, 'bcd', 'bigrams')).toEqual(['abcdef']);
});

test.each(['dump', 'mariabackup'] as const)(
  'a %s of it is proven: a throw-away server has the engines of its own',
  async (method) => {
    const name = (await scene.backup(method)).at(-1) ?? '';
    const client = await scene.client('::1');
    try {
      const { id } = await client.verifyBackup(name);
      const run = async () => await client.verifyRun(id);
      await until(async () => (await run()).state !== 'running', { what: 'it is tried', timeoutMs: 60_000 });
      expect(await run()).toMatchObject({ ok: true, text: expect.stringContaining('tables checked') });
    } finally {
      client.close();
    }
  },
);

test('an engine that the throw-away server could not load says nothing of the backup', async () => {
  const directory = join(scene.folder, 'backups');
  const catalogue = await readCatalogue(directory);
  const newest = catalogue.find(({ method }) => method !== 'dump');
  if (!newest) throw new Error('there is no physical backup');
  const folder = await mkdtemp(join(scene.folder, 'bare-'));
  const { signal } = new AbortController();
  const parts = { directory, folder, engines: [], signal, onStep: () => undefined, onBytes: () => undefined };
  const proof = proveBackup(newest, chainOf(catalogue, newest), parts);
  await expect(proof).rejects.toThrow("shop.t: Unknown storage engine 'Mroonga'");
});

test('where mariadb-backup leaves the rows of Mroonga behind, without a word, the backup and the copy fail with the reason', async () => {
  const { primary } = scene;
  const before = await scene.backup('mariabackup');
  await writeFile(primary.persistFile, '[mariadbd]\nmroonga_database_path_prefix=elsewhere/\n');
  await mkdir(join(primary.dataDir, 'elsewhere'));
  await primary.restart();
  await primary.sql('CREATE DATABASE other', 'CREATE TABLE other.t (id INT PRIMARY KEY) ENGINE=Mroonga');
  const reason = /this server has 4 tables of Mroonga, whose rows mariadb-backup leaves behind: take dumps of it/;
  await expect(scene.backup('mariabackup')).resolves.toEqual(before);
  const client = await scene.client('127.0.0.1');
  const { backups } = await client.status();
  expect(backups.failures).toContainEqual(
    expect.objectContaining({ work: 'mariabackup', text: expect.stringMatching(reason) }),
  );
  // Of one that was on its way to another agent nothing is put in place.
  const { authority } = scene.cluster;
  if (!authority) throw new Error('the cluster has no authority');
  const source = await client.offerCopy();
  const copy = await openCopy(source, await materialOf(authority, 'agent'), new AbortController().signal);
  await expect(finished(copy.body.resume())).rejects.toThrow(/abort|clos|premature/i);
  expect(copy.whole()).toBeNull();
  client.close();
});
