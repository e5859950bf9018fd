import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp } from '../../sandbox/replication.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { runBaton } from '../testing/run-baton.ts';

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
  const { code, stdout, stderr } = await runBaton(['server', 'update', ...args]);
  return { code: code ?? 1, output: `${stdout}${stderr}` };
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

test('test_timezone: a primary is upgraded and gets its time zones, and a second time nothing is left to do', async () => {
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
  const [row] = await primary.sql("SELECT CONVERT_TZ('2026-07-01 12:00:00', 'UTC', 'Europe/Paris') AS paris");
  expect(row).toEqual({ paris: '2026-07-01 14:00:00' });

  const second = await update(primary);
  expect(second.code).toBe(0);
  expect(second.output).toContain('is already upgraded');
  expect(second.output).toMatch(/time zones: \d+ time zones are loaded already/);

  // Not one transaction for the replicas, and they replicate on.
  expect(await binlogState(primary)).toBe(before);
  await primary.sql("INSERT INTO shop.orders (uid) VALUES ('after the update')");
  await caughtUp(replica, primary);
});

async function grants(server: SandboxServer): Promise<string[]> {
  return (await server.sql('SHOW GRANTS FOR clerk')).map((row) => String(Object.values(row)[0]));
}

const wanted = `
databases:
  - { name: shop_archive, characterSet: utf8mb4, collation: utf8mb4_unicode_ci }
users:
  - user: clerk
    passwordFile: clerk-password
    grants:
      - { on: shop.*, privileges: [select, insert] }
      - { on: shop_archive.*, privileges: [SELECT] }
  - { user: guest, from: localhost, passwordFile: clerk-password }
`;

test('users have the rights of the file and no other, get them once, and their replicas too', async () => {
  const users = join(directory, 'users.yaml');
  await writeFile(users, wanted);
  await writeFile(join(directory, 'clerk-password'), 'secret of the clerk\n', { mode: 0o600 });
  const first = await update(primary, '--users', users);
  expect(first.code).toBe(0);
  expect(first.output).toContain(
    'users and grants: database shop_archive made; clerk@% created; clerk@% may SELECT, INSERT on shop.*; ' +
      'clerk@% may SELECT on shop_archive.*; guest@localhost created\n',
  );
  expect(first.output).not.toContain('secret');
  expect(await grants(primary)).toEqual([
    expect.stringMatching(/^GRANT USAGE ON \*\.\* TO `clerk`@`%` IDENTIFIED BY PASSWORD /),
    'GRANT SELECT, INSERT ON `shop`.* TO `clerk`@`%`',
    // Not shopXarchive as well.
    'GRANT SELECT ON `shop\\_archive`.* TO `clerk`@`%`',
  ]);
  const { host, port } = primary;
  const clerk = await connect({ host, port, user: 'clerk', password: 'secret of the clerk' }, 10_000);
  expect(await clerk.query('SELECT CURRENT_USER() AS me', { timeoutMs: 10_000 })).toEqual([{ me: 'clerk@%' }]);
  clerk.destroy();

  await caughtUp(replica, primary);
  expect(await grants(replica)).toEqual(await grants(primary));

  const before = await binlogState(primary);
  const second = await update(primary, '--users', users);
  expect(second.output).toContain('users and grants: all are as they should be');
  expect(await binlogState(primary)).toBe(before);
});

test('a password that was changed since stays, until it is asked for', async () => {
  const users = join(directory, 'users.yaml');
  await primary.sql("SET PASSWORD FOR clerk = PASSWORD('another one')");
  const kept = await update(primary, '--users', users);
  expect(kept.output).toContain('clerk@% keeps its password, which is not the one in');
  expect((await update(primary, '--users', users, '--set-passwords')).output).toContain('clerk@% has the password of');
  expect((await update(primary, '--users', users)).output).toContain('all are as they should be');
});

test.each([
  { what: 'another root', text: "users: [{ user: a, passwordFile: p, grants: [{ on: '*.*', privileges: [ALL] }] }]" },
  { what: 'a mistyped field', text: 'users: [{ user: a, passwordFile: p, grant: [] }]' },
  {
    what: 'what is no privilege',
    text: "users: [{ user: a, passwordFile: p, grants: [{ on: a.b, privileges: ['X; Y'] }] }]",
  },
])('a file with $what is refused before the server is asked', async ({ text }) => {
  const users = join(directory, 'wrong.yaml');
  await writeFile(users, text);
  const { code, output } = await start('--socket', join(directory, 'none'), '--users', users);
  expect(code).toBe(2);
  expect(output).toContain('wrong.yaml: users.0');
});

test('no server is a failure, wrong arguments are usage', async () => {
  expect((await start('--socket', join(directory, 'none'))).code).toBe(1);
  expect((await start()).code).toBe(2);
  expect((await start('--socket', 'x', '--frobnicate')).code).toBe(2);
});
