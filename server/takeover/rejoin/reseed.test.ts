import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startAgentProcesses, type AgentProcesses } from '../../agent/testing/agent-processes.ts';
import type { Operation } from '../../contract/operation.ts';
import { connect, type Row } from '../../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { stopReplication } from '../../sandbox/faults.ts';
import { Mariadbd } from '../../sandbox/mariadbd.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';
import { writableOf } from '../testing/server-state.ts';

/** Agents are processes, and servers are stopped and started by a command: on a busy machine all of that takes its time. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let cluster: SandboxCluster;
let agents: AgentProcesses;
let baton: TestBaton;
beforeEach(async () => {
  cluster = await createCluster({ settings: { event_scheduler: 'ON' } });
  agents = await startAgentProcesses(cluster);
  baton = await startBaton(cluster, { agent: (server) => agents.of(server).client });
});
afterEach(async () => {
  await baton.stop();
  await agents.stop();
  await cluster.stop();
});

const LOST = ['lost-a', "lost-b';\n-- é", 'lost-c'];

/** db-1 dies with transactions that nobody received, db-2 takes over and goes on, db-1 comes back. */
async function failedOver(): Promise<void> {
  const primary = cluster.server('db-1');
  await primary.sql(
    "INSERT INTO shop.orders (uid) VALUES ('before')",
    'CREATE EVENT shop.tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO shop.orders (uid) VALUES (UUID())',
    'ALTER EVENT shop.tick DISABLE',
  );
  for (const name of ['db-2', 'db-3']) {
    await caughtUp(cluster.server(name), primary);
    await stopReplication(cluster.server(name), 'io');
  }
  for (const uid of LOST) await primary.sql(`INSERT INTO shop.orders (uid) VALUES ('${uid.replaceAll("'", "''")}')`);
  await baton.watcher.lookNow();
  await primary.kill();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to be gone' });
  expect((await baton.promote('db-2')).outcome).toMatch(/^succeeded/);
  await cluster.server('db-2').sql("INSERT INTO shop.orders (uid) VALUES ('after')", 'ALTER EVENT shop.tick ENABLE');
  await primary.start();
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'up', { what: 'db-1 is back' });
}

async function uids(server: string): Promise<string[]> {
  const rows = await cluster.server(server).sql('SELECT uid FROM shop.orders ORDER BY uid');
  return rows.map(({ uid }) => String(uid));
}

/** A server of the same options as db-1, beside it, on another data directory. */
async function startOn(dataDir: string): Promise<AsyncDisposable & Former> {
  const folder = join(cluster.dir, 'former');
  await mkdir(join(folder, 'tmp'), { recursive: true });
  const socket = join(folder, 's');
  const changes = { datadir: dataDir, socket, tmpdir: join(folder, 'tmp'), pid_file: join(folder, 'pid') };
  let options = await readFile(cluster.server('db-1').optionsFile, 'utf8');
  for (const [name, value] of Object.entries({ ...changes, log_error: join(folder, 'log'), event_scheduler: 'OFF' }))
    options = options.replaceAll(new RegExp(`^${name}=.*$`, 'gm'), `${name}=${value}`);
  const file = join(folder, 'my.cnf');
  await writeFile(file, options.replace(/^port=.*$/m, 'skip_networking=1'), { mode: 0o600 });
  const mariadbd = new Mariadbd(file);
  const { user, password } = cluster.accounts.root;
  const ask = async (statement: string): Promise<Row[]> => {
    const connection = await connect({ host: '', port: 0, socketPath: socket, user, password }, 5_000);
    try {
      return await connection.query(statement, { timeoutMs: 30_000 });
    } finally {
      connection.destroy();
    }
  };
  await until(async () => await ask('SELECT 1').then(Boolean, () => false), { what: 'it answers', timeoutMs: 60_000 });
  return {
    sql: ask,
    async load(text) {
      const tool = spawn('mariadb', [`--defaults-file=${file}`], { stdio: ['pipe', 'ignore', 'inherit'] });
      tool.stdin.end(text);
      const [code]: (number | null)[] = await once(tool, 'exit');
      expect(code).toBe(0);
    },
    async [Symbol.asyncDispose]() {
      await mariadbd.stop();
    },
  };
}

interface Former {
  sql(statement: string): Promise<Row[]>;
  /** Loads SQL as an operator would, with the mariadb client. */
  load(text: string): Promise<void>;
}

/** Checksums of every table of the application, while nothing is written. */
async function checksums(server: string): Promise<unknown> {
  return await cluster.server(server).sql('CHECKSUM TABLE shop.orders EXTENDED');
}

async function besideData(server: string): Promise<string[]> {
  const { dataDir } = cluster.server(server);
  return (await readdir(dirname(dataDir))).filter((name) => name.startsWith(basename(dataDir))).toSorted();
}

const failures = (view: Operation) =>
  view.steps.flatMap(({ id, error }) => (error === null ? [] : [`${id}: ${error}`]));

test('an old primary with transactions of its own is a replica again, and both they and its data are kept', async () => {
  await failedOver();
  const plan = await baton.rejoins.plan('db-1', true);
  expect(plan.checks.filter(({ level }) => level !== 'pass').map(({ code }) => code)).toEqual(['own-transactions']);
  expect([plan.blocked, plan.confirm, plan.command]).toEqual([false, 'db-1', 'baton rejoin erp5/db-1 --set-aside']);

  const view = await baton.rejoin('db-1', { setAside: true });
  expect(failures(view)).toEqual([]);
  expect([view.kind, view.outcome]).toEqual(['reseed', 'succeeded-with-follow-ups']);
  expect(view.summary).toContain('db-1 follows db-2. Its 3 own transactions are kept as SQL.');
  const { port } = cluster.server('db-2');
  expect(await followed(cluster.server('db-1'))).toMatchObject({ port, ioRunning: true, sqlRunning: true });
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  await cluster.server('db-2').sql('SET GLOBAL event_scheduler=OFF', "INSERT INTO shop.orders (uid) VALUES ('later')");
  await caughtUp(cluster.server('db-1'), cluster.server('db-2'));
  expect(await checksums('db-1')).toEqual(await checksums('db-2'));
  expect(await uids('db-1')).toEqual(await uids('db-2'));
  const [event] = await cluster
    .server('db-1')
    .sql('SELECT STATUS AS s, @@event_scheduler AS e FROM information_schema.EVENTS');
  expect(event).toMatchObject({ s: 'SLAVESIDE_DISABLED', e: 'ON' });
  // Its next start is that of a replica as well.
  expect(await readFile(cluster.server('db-1').persistFile, 'utf8')).toBe('[mariadbd]\nread_only=1\n');
  const [errant] = await cluster.server('db-1').sql('SELECT @@gtid_binlog_state AS state');
  expect(String(errant?.['state'])).not.toContain('0-1-');

  const [kept] = await agents.of('db-1').client.exports();
  if (!kept) throw new Error('nothing was kept');
  expect(kept.count).toBe(3);
  const sql = await textOf(await agents.of('db-1').client.openExport(kept.name));
  expect(createHash('sha256').update(sql).digest('hex')).toBe(kept.sha256);
  expect(view.followUps.map(({ path }) => path)).toEqual([`/api/v1/clusters/erp5/servers/db-1/exports/${kept.name}`]);
  const beside = await besideData('db-1');
  expect(beside).toEqual(['data', expect.stringMatching(/^data\.kept-\d{8}T\d{6}Z$/)]);

  // What is kept is a data directory that a server can be started on, and the SQL makes exactly the rows that were lost.
  await using former = await startOn(join(dirname(cluster.server('db-1').dataDir), beside[1] ?? ''));
  const lost = async (): Promise<string[]> => {
    const rows = await former.sql("SELECT uid FROM shop.orders WHERE uid LIKE 'lost-%' ORDER BY uid");
    return rows.map(({ uid }) => String(uid));
  };
  expect(await lost()).toEqual(LOST);
  const all = await former.sql('CHECKSUM TABLE shop.orders EXTENDED');
  await former.sql('SET GLOBAL read_only=0');
  await former.sql('SET GLOBAL gtid_strict_mode=0');
  await former.sql("DELETE FROM shop.orders WHERE uid LIKE 'lost-%'");
  expect(await lost()).toEqual([]);
  await former.load(sql);
  expect(await lost()).toEqual(LOST);
  expect(await former.sql('CHECKSUM TABLE shop.orders EXTENDED')).toEqual(all);
});
