import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp } from '../sandbox/replication.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';

const program = resolve(import.meta.dirname, 'mariadb-update.ts');
let cluster: SandboxCluster;
let primary: SandboxServer;
let replica: SandboxServer;
let directory: string;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 1 });
  [primary, replica] = [cluster.server('db-1'), cluster.server('db-2')];
  directory = await mkdtemp(join(tmpdir(), 'baton-update-'));
});
afterAll(async () => {
  await cluster?.stop();
  await rm(directory, { recursive: true });
});

async function update(server: SandboxServer, ...more: string[]): Promise<{ code: number; output: string }> {
  return await start('--socket', server.socket, '--defaults-file', server.optionsFile, ...more);
}

async function start(...args: string[]): Promise<{ code: number; output: string }> {
  return await new Promise((done) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` });
    });
  });
}

async function binlogState(server: SandboxServer): Promise<unknown> {
  const [row] = await server.sql('SELECT @@gtid_binlog_state AS state');
  return row?.['state'];
}

async function zones(server: SandboxServer): Promise<number> {
  const [row] = await server.sql('SELECT COUNT(*) AS n FROM mysql.time_zone_name');
  return Number(row?.['n']);
}

test('a replica is refused and not touched', async () => {
  const before = await binlogState(replica);
  const { code, output } = await update(replica);
  expect(code).toBe(3);
  expect(output).toContain('this server replicates from another one');
  expect(await zones(replica)).toBe(0);
  expect(await binlogState(replica)).toBe(before);
});

test('a replica whose threads are stopped and that is writable is refused all the same', async () => {
  await replica.sql('STOP ALL SLAVES', 'SET GLOBAL read_only = 0');
  expect((await update(replica)).code).toBe(3);
  await replica.sql('SET GLOBAL read_only = 1', 'START ALL SLAVES');
});

test('a server that is read-only is refused', async () => {
  await primary.sql('SET GLOBAL read_only = 1');
  const { code, output } = await update(primary);
  await primary.sql('SET GLOBAL read_only = 0');
  expect(code).toBe(3);
  expect(output).toContain('read-only');
});

test('a shut gate refuses without asking the server, an open one lets it run', async () => {
  const gate = join(directory, 'gate');
  const { code, output } = await update(primary, '--gate', gate);
  expect({ code, output }).toEqual({ code: 3, output: `refused before mariadb-upgrade: the gate ${gate} is shut\n` });
  await writeFile(gate, '');
  expect((await update(primary, '--gate', gate)).code).toBe(0);
});

test('a primary is upgraded and gets its time zones, and a second time nothing is left to do', async () => {
  // As a load that was ended half-way leaves it.
  await primary.sql('SET sql_log_bin = 0', "DELETE FROM mysql.time_zone_name WHERE Name LIKE 'Europe%'");
  const partial = await zones(primary);
  const before = await binlogState(primary);
  const first = await update(primary, '--force');
  expect(first.output).toMatch(
    /time zones: \d+ time zones loaded, without the binary log\nmariadb_update: all done\n$/,
  );
  expect(first.code).toBe(0);
  expect(await zones(primary)).toBeGreaterThan(partial);
  const [row] = await primary.sql("SELECT CONVERT_TZ('2026-07-01 12:00:00', 'UTC', 'Europe/Berlin') AS berlin");
  expect(row).toEqual({ berlin: '2026-07-01 14:00:00' });

  const second = await update(primary);
  expect(second.code).toBe(0);
  expect(second.output).toContain('is already upgraded');
  expect(second.output).toMatch(/time zones: \d+ time zones are loaded already/);

  // Not one transaction for the replicas, and they replicate on.
  expect(await binlogState(primary)).toBe(before);
  await primary.sql("INSERT INTO shop.orders (uid) VALUES ('after the update')");
  await caughtUp(replica, primary);
});

test('no server is a failure, wrong arguments are usage', async () => {
  expect((await start('--socket', join(directory, 'none'))).code).toBe(1);
  expect((await start()).code).toBe(2);
  expect((await start('--socket', 'x', '--frobnicate')).code).toBe(2);
});
