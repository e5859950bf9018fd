import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initFolderOf, standingOf } from '../../bootstrap/init-folder.ts';
import { blankServer } from '../../bootstrap/testing/blank-server.ts';
import { originBackups } from '../../bootstrap/testing/origin-backups.ts';
import { serveFolder, type StaticServer } from '../../bootstrap/testing/static-server.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp } from '../../sandbox/replication.ts';
import { runBaton } from '../testing/run-baton.ts';

const main = join(import.meta.dirname, '..', 'main.ts');
let cluster: SandboxCluster;
let folder: string;
let web: StaticServer;
let parameters: string;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  folder = await mkdtemp(join(tmpdir(), 'baton-replica-'));
  web = await serveFolder(folder);
  const primary = cluster.server('db-1');
  await primary.sql('CREATE TABLE shop.t (id INT PRIMARY KEY)', 'INSERT INTO shop.t VALUES (1), (2)');
  await originBackups(primary, folder).full('20500101000000.full.xb.zstd');
  const { user, password } = cluster.accounts.replication;
  parameters = JSON.stringify({
    'replication-primary-url': `mysql://${user}:${password}@127.0.0.1:${primary.port}`,
    'replication-bootstrap-url': web.url('[::1]', ''),
    'replication-bootstrap-token': 'token-of-a-reader-0123',
    'takeover-url': '',
  });
});
afterAll(async () => {
  await web?.[Symbol.asyncDispose]();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the published parameters are taken as they are, from standard input; a second run does nothing; no secret is said', async () => {
  const blank = await blankServer(cluster);
  try {
    const argv = ['replica', 'init', '--defaults-file', blank.server.optionsFile, '--parameters', '-'];
    const first = await runBaton(argv, { input: parameters });
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('start mariadbd on it')]);
    expect(first.stderr).toMatch(/Taking the first copy[^]*Preparing it[^]*Replicating/);
    // Neither parameters nor certificates are looked at then.
    const again = await runBaton([...argv, '--ca', '/not/there.pem', '--json'], { input: '{}' });
    expect([again.code, JSON.parse(again.stdout)]).toEqual([
      0,
      { kind: 'data-exist', dataDirectory: blank.server.dataDir },
    ]);
    const said = first.stdout + first.stderr + again.stdout + again.stderr;
    expect(said).not.toContain(cluster.accounts.replication.password);
    expect(said).not.toContain('token-of-a-reader');
    await blank.server.start();
    await caughtUp(blank.server, cluster.server('db-1'));
  } finally {
    await blank.remove();
  }
});

test('wrong parameters are named, never shown', async () => {
  const blank = await blankServer(cluster);
  try {
    const argv = ['replica', 'init', '--defaults-file', blank.server.optionsFile, '--parameters', '-'];
    const wrong = await runBaton(argv, { input: '{"primary-url": "mysql://u:very-secret@::1:3306"}' });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('primary-url')]);
    expect(wrong.stderr).not.toContain('very-secret');
    const denied = await runBaton(argv, { input: parameters.replace(cluster.accounts.replication.password, 'not-it') });
    expect([denied.code, denied.stderr]).toEqual([3, expect.stringContaining('does not let replication_user in')]);
    expect(await readdir(blank.server.dataDir)).toEqual([]);
  } finally {
    await blank.remove();
  }
});

test('a server in a folder of its own is shut down in order where it can’t be run to its end', async () => {
  const config = join(folder, 'baton.yaml');
  const file = join(folder, 'run.json');
  await writeFile(file, parameters, { mode: 0o600 });
  await writeFile(join(folder, 'secret'), 'a secret of the office, long enough\n', { mode: 0o600 });
  await writeFile(
    config,
    `console: { url: 'http://127.0.0.1:8080', store: 'sqlite:///tmp/x.sqlite', sessionSecretFile: secret }
clusters:
  erp5:
    account: { observe: { user: view, passwordFile: secret } }
    servers: { db-4: { url: 'mysql://10.0.0.4:3306' } }
`,
  );
  const own = join(folder, 'db-4');
  const ran = await runBaton(['replica', 'run', own, '--parameters', file, '--as', 'erp5/db-4', '--join', config]);
  expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('has another db-4')]);
  expect(await readFile(join(own, 'error.log'), 'utf8')).toContain('Shutdown complete');
});

/** Of the whole run, which is measured first. */
const moments = [0.1, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.92, 0.98];

test('killed at ten moments (the marker of an interrupted bootstrap): a whole replica, or one that the next run begins anew', async () => {
  const file = join(folder, 'parameters.json');
  await writeFile(file, parameters, { mode: 0o600 });
  const start = (options: string) =>
    spawn(process.execPath, [main, 'replica', 'init', '--defaults-file', options, '--parameters', file], {
      stdio: 'ignore',
    });
  const measured = await blankServer(cluster);
  const began = performance.now();
  await once(start(measured.server.optionsFile), 'exit');
  const wholeMs = performance.now() - began;
  expect(await readdir(measured.server.dataDir)).toContain('mysql');
  await measured.remove();

  const blank = await blankServer(cluster);
  const { dataDir, optionsFile } = blank.server;
  try {
    for (const moment of moments) {
      const child = start(optionsFile);
      const gone = once(child, 'exit');
      await Promise.race([delay(wholeMs * moment), gone]);
      child.kill('SIGKILL');
      await gone;
      const { kind } = await standingOf(initFolderOf(dataDir));
      expect(['empty', 'begun', 'data']).toContain(kind);
      if (kind === 'data') break;
    }
    const child = start(optionsFile);
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(await readdir(dataDir)).not.toContain('.baton-init');
    await blank.server.start();
    await caughtUp(blank.server, cluster.server('db-1'));
    expect(await blank.server.sql('SELECT COUNT(*) AS rows_there FROM shop.t')).toMatchObject([{ rows_there: '2' }]);
  } finally {
    await blank.remove();
  }
});
