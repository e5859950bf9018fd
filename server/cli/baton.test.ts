import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runBaton } from './testing/run-baton.ts';

let dir: string;
let config: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-cli-'));
  config = join(dir, 'baton.yaml');
  await writeFile(join(dir, 'secret'), 'a secret of at least thirty-two characters', { mode: 0o600 });
  await writeFile(join(dir, 'password'), 'correct horse battery\n', { mode: 0o600 });
  await writeFile(
    config,
    `console:
  listen: 127.0.0.1:1
  url: http://127.0.0.1:1
  store: sqlite://${dir}/console.sqlite
  sessionSecretFile: secret
`,
  );
});

afterAll(async () => await rm(dir, { recursive: true, force: true }));

test('baton --help names every command and what the exit codes mean', async () => {
  const { code, stdout } = await runBaton(['--help']);
  expect(code).toBe(0);
  for (const name of [
    'console',
    'agent',
    'status',
    'promote',
    'rejoin',
    'operations',
    'dumps',
    'user',
    'token',
    'config',
    'sandbox',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  expect(stdout).toContain('3 refused by a check');
});

test.each([
  ['an unknown command', ['nonsense']],
  ['no command', []],
  ['a group without its command', ['dumps']],
  ['a missing argument', ['promote']],
  ['an unknown option', ['status', '--nonsense']],
  ['two kinds of takeover', ['promote', 'erp5/db-2', '--failover', '--detach']],
  ['a target without a cluster', ['promote', 'db-2']],
  ['a password on the command line', ['user', 'add', 'ann', '--password', 'correct horse battery']],
  ['no configuration', ['user', 'list']],
] as const)('%s ends with 2', async (_, args) => {
  const { code, stdout, stderr } = await runBaton(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toBe('');
});

test('config check names file, line and field of all that is wrong, and ends with 2', async () => {
  const wrong = join(dir, 'wrong.yaml');
  await writeFile(wrong, 'console:\n  url: ftp://nowhere\n  sessionSecretFile: secret\n  stor: sqlite:///x\n');
  const { code, stderr } = await runBaton(['config', 'check', '--config', wrong]);
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`^${wrong}:2:\\d+: console\\.url: `, 'm'));
  expect(stderr).toMatch(new RegExp(`^${wrong}:4:\\d+: console\\.stor: `, 'm'));
  const asJson = await runBaton(['config', 'check', '--json', '--config', wrong]);
  expect(asJson.code).toBe(2);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ valid: false, file: wrong });
  expect(await runBaton(['config', 'check', '--config', config])).toMatchObject({ code: 0 });
  expect(await runBaton(['config', 'check', '--config', join(dir, 'none.yaml')])).toMatchObject({ code: 2 });
});

test('config schema is a JSON Schema', async () => {
  const { code, stdout } = await runBaton(['config', 'schema']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ type: 'object', properties: { console: {}, clusters: {}, agent: {} } });
});

test('users are kept in the store of the configuration, their passwords come from a file or standard input', async () => {
  const at = ['--config', config];
  const file = join(dir, 'password');
  expect(await runBaton(['user', 'add', 'ann', '--role', 'admin', '--password-file', file, ...at])).toMatchObject({
    code: 0,
  });
  expect(await runBaton(['user', 'add', 'bob', ...at], { input: 'correct horse battery\n' })).toMatchObject({
    code: 0,
  });
  expect(await runBaton(['user', 'add', 'bob', ...at], { input: 'correct horse battery\n' })).toMatchObject({
    code: 2,
  });
  expect(await runBaton(['user', 'add', 'eve', ...at], { input: 'short\n' })).toMatchObject({ code: 2 });
  expect(await runBaton(['user', 'passwd', 'bob', ...at], { input: 'another good password' })).toMatchObject({
    code: 0,
  });
  expect(await runBaton(['user', 'passwd', 'joe', ...at], { input: 'another good password' })).toMatchObject({
    code: 2,
  });
  const listed = await runBaton(['user', 'list', '--json', ...at]);
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { username: 'ann', role: 'admin' },
    { username: 'bob', role: 'viewer' },
  ]);
  expect((await runBaton(['user', 'list', ...at])).stdout).toMatch(/^ann +admin +\d{4}-/m);
  expect(await runBaton(['user', 'remove', 'ann', ...at])).toMatchObject({ code: 3 });
  expect(await runBaton(['user', 'remove', 'bob', ...at])).toMatchObject({ code: 0 });
});

test('a new token alone stands on standard output, and is worth nothing once revoked', async () => {
  const at = ['--config', config];
  const made = await runBaton(['token', 'create', 'monitoring', '--days', '30', ...at]);
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^baton_[\w-]{40,}\n$/);
  const listed = await runBaton(['token', 'list', '--json', ...at]);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'monitoring', role: 'viewer' }]);
  expect(listed.stdout).not.toContain(made.stdout.trim());
  expect(await runBaton(['token', 'revoke', 'monitoring', ...at])).toMatchObject({ code: 0 });
  expect(await runBaton(['token', 'revoke', 'monitoring', ...at])).toMatchObject({ code: 2 });
});

test('grants are printed as statements for the accounts of the cluster', async () => {
  const file = join(dir, 'grants.yaml');
  await writeFile(
    file,
    `console: { url: 'http://127.0.0.1:1', store: 'sqlite://${dir}/console.sqlite', sessionSecretFile: secret }
clusters:
  erp5:
    account: { observe: { user: "o'brien", passwordFile: secret } }
    servers: { db-1: { url: 'mysql://[::1]:3306' } }
`,
  );
  const { code, stdout } = await runBaton(['grants', 'erp5', '--from', '::1', '--least', '--config', file]);
  expect(code).toBe(0);
  expect(stdout).toContain("GRANT SLAVE MONITOR, BINLOG MONITOR, PROCESS ON *.* TO 'o''brien'@'::1';");
  expect(await runBaton(['grants', 'erp6', '--config', file])).toMatchObject({
    code: 2,
    stderr: 'There is no cluster "erp6".\nKnown: erp5\n',
  });
});

test('a console that does not answer is named, and leaves no token behind', async () => {
  const { code, stderr } = await runBaton(['status', '--config', config]);
  expect(code).toBe(1);
  expect(stderr).toContain('No console answers at http://127.0.0.1:1: connection refused.');
  expect(JSON.parse((await runBaton(['token', 'list', '--json', '--config', config])).stdout)).toEqual([]);
});

test('the launcher runs on the Node that the system has, the program on the one that came with the packages', async () => {
  const launcher = await readFile(join(import.meta.dirname, 'baton.mjs'), 'utf8');
  expect(launcher.startsWith('#!/usr/bin/env node\n')).toBe(true);
  const path = `/usr/bin:/bin`;
  const before = process.env['PATH'];
  process.env['PATH'] = path;
  try {
    expect(await runBaton(['config', 'schema'])).toMatchObject({ code: 0 });
  } finally {
    process.env['PATH'] = before;
  }
});
