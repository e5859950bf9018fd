import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { startReplication, stopReplication } from '../../sandbox/faults.ts';
import { caughtUp } from '../../sandbox/replication.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-check-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function agentFile(lines: readonly string[]): Promise<string> {
  const file = join(folder, 'baton.yaml');
  await writeFile(file, ['agent:', '  listen: 127.0.0.1:0', ...lines.map((line) => `  ${line}`), ''].join('\n'));
  return file;
}

describe('baton check replication', () => {
  let cluster: SandboxCluster;
  let parameters: string;
  let url: string;
  beforeAll(async () => {
    cluster = await createCluster();
    parameters = join(folder, 'parameters.json');
    const { user, password } = cluster.accounts.replication;
    const { host, port } = cluster.server('db-1').address;
    url = `mysql://${user}:${encodeURIComponent(password)}@${host}:${port}`;
    await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
  });
  afterAll(async () => await cluster.stop());

  async function check(server: string, wanted: object | null, ...more: string[]): Promise<Ran> {
    if (wanted) await writeFile(parameters, JSON.stringify(wanted), { mode: 0o600 });
    else await unlink(parameters).catch(() => undefined);
    const { socket, optionsFile } = cluster.server(server);
    const config = await agentFile([
      `server: { socket: ${socket}, defaultsFile: ${optionsFile} }`,
      `parametersFile: ${parameters}`,
    ]);
    const ran = await runBaton(['check', 'replication', '--config', config, ...more]);
    expect(ran.stdout + ran.stderr).not.toContain(cluster.accounts.replication.password);
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(more.includes('--json') ? 4 : 1);
    return ran;
  }

  test('a replica that follows the primary it was asked to follow is OK', async () => {
    const ran = await check('db-2', { 'primary-url': url });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^OK - is 0 s behind 127\.0\.0\.1:\d+\n$/) });
  });

  test('a primary that nobody asked to replicate is OK, also when the parameter was never there', async () => {
    expect(await check('db-1', null)).toMatchObject({ code: 0, stdout: 'OK - is in primary mode\n' });
    expect(await check('db-1', { replication: {} })).toMatchObject({ code: 0 });
  });

  test('after a takeover it is CRITICAL until the parameter is withdrawn', async () => {
    const ran = await check('db-1', { 'primary-url': url });
    expect(ran).toMatchObject({ code: 2, stdout: expect.stringContaining('was asked to replicate') });
    expect(await check('db-1', { 'primary-url': url }, '--promise')).toMatchObject({ code: 1 });
    expect(await check('db-1', {})).toMatchObject({ code: 0 });
  });

  test('a replica with a stopped thread is CRITICAL', async () => {
    await stopReplication(cluster.server('db-3'), 'sql');
    const ran = await check('db-3', { 'primary-url': url });
    await startReplication(cluster.server('db-3'), 'sql');
    expect(ran).toMatchObject({ code: 2, stdout: expect.stringContaining('SQL thread stopped') });
  });

  test('one that follows somebody else is CRITICAL and told whom', async () => {
    const ran = await check('db-2', { 'primary-url': 'mysql://replication_user:x@[2001:db8::7]:3306' });
    expect(ran).toMatchObject({ code: 2, stdout: expect.stringContaining('[2001:db8::7]:3306, but') });
  });

  test('a server that is down is CRITICAL; one that hangs is UNKNOWN within 5 s', async () => {
    const server = cluster.server('db-3');
    server.freeze();
    const started = performance.now();
    const hung = await check('db-3', { 'primary-url': url });
    expect(performance.now() - started).toBeLessThan(10_000);
    server.thaw();
    expect(hung).toMatchObject({ code: 3, stdout: expect.stringMatching(/^UNKNOWN - /) });
    await server.stop();
    expect(await check('db-3', { 'primary-url': url })).toMatchObject({ code: 2 });
    await server.start();
  });

  test('parameters that are wrong are UNKNOWN, and JSON says the same as the line', async () => {
    expect(await check('db-2', { 'primary-url': 'http://x' })).toMatchObject({ code: 3 });
    const ran = await check('db-2', { 'primary-url': url }, '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ level: 'ok' });
  });
});

test('baton check backups: none is CRITICAL, and so is a directory that is gone', async () => {
  const directory = join(folder, 'backups');
  await mkdir(directory);
  const config = await agentFile(['server: { socket: /nowhere }', `backups: { directory: ${directory} }`]);
  expect(await runBaton(['check', 'backups', '--config', config])).toMatchObject({
    code: 2,
    stdout: 'CRITICAL - there is no backup\n',
  });
  await rm(directory, { recursive: true });
  expect(await runBaton(['check', 'backups', '--config', config])).toMatchObject({ code: 2 });
});

async function makeCertificate(name: string, days: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  const out = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
  await promisify(execFile)('openssl', ['req', '-x509', ...key, '-subj', `/CN=${name}`, '-days', days, ...out]);
}

async function checkCertificate(certificate: string, key: string): Promise<Ran> {
  const config = await agentFile([
    'server: { socket: /nowhere }',
    `tls: { certificate: ${folder}/${certificate}.crt, key: ${folder}/${key}.key }`,
  ]);
  return await runBaton(['check', 'certificates', '--config', config]);
}

test('baton check certificates tells the days that are left, and a key that is another certificate’s', async () => {
  await makeCertificate('good', '90');
  await makeCertificate('short', '5');
  expect(await checkCertificate('good', 'good')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('CN=good in 89 days'),
  });
  expect(await checkCertificate('short', 'short')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('ends in 4 days'),
  });
  expect(await checkCertificate('good', 'short')).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('does not go with its key'),
  });
});

test('without a configuration a check is UNKNOWN, not a usage error', async () => {
  const ran = await runBaton(['check', 'replication', '--config', join(folder, 'none.yaml')]);
  expect(ran).toMatchObject({ code: 3, stdout: expect.stringMatching(/^UNKNOWN - /) });
});
