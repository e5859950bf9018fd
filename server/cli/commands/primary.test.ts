import { mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readParameters } from '../../contract/parameters.ts';
import { connect } from '../../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp, follow, followed } from '../../sandbox/replication.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let cluster: SandboxCluster;
let folder: string;
let passwordFile: string;
beforeAll(async () => {
  cluster = await createCluster({ replicas: 1 });
  folder = await mkdtemp(join(tmpdir(), 'baton-primary-'));
  passwordFile = join(folder, 'replication-password');
  await writeFile(join(folder, 'reader-token'), 'reader-token-0123456789\n', { mode: 0o600 });
});
afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

async function init(server: string, ...flags: string[]): Promise<Ran> {
  const { socket, optionsFile } = cluster.server(server);
  const file = join(folder, `${server}.yaml`);
  await writeFile(
    file,
    `agent:
  listen: '[::1]:8443'
  name: ${server}
  server: { socket: ${socket}, defaultsFile: ${optionsFile} }
  readerTokenFile: reader-token
  backups: { directory: backups }
  primary:
    user: fresh_replication
    passwordFile: replication-password
    parametersFile: ${server}.json
    clusterUrl: https://console.example.com/clusters/erp5
`,
  );
  return await runBaton(['primary', 'init', '--config', file, ...flags]);
}

const signsIn = async (password: string): Promise<boolean> => {
  const { host, port } = cluster.server('db-1');
  try {
    (await connect({ host, port, user: 'fresh_replication', password }, 5_000)).destroy();
    return true;
  } catch {
    return false;
  }
};
const positionOf = async (server: string): Promise<unknown> =>
  await cluster.server(server).sql('SELECT @@gtid_binlog_state');
const passwordNow = async (): Promise<string> => (await readFile(passwordFile, 'utf8')).trim();

test('creates the account with a random password and publishes what a new replica needs, in a file of mode 0600', async () => {
  const ran = await init('db-1');
  expect(ran).toMatchObject({ code: 0, stderr: 'fresh_replication was created, may replicate, and nothing else\n' });
  const published = JSON.parse(ran.stdout);
  const { host, port } = cluster.server('db-1');
  expect(published).toEqual({
    'replication-primary-url': `mysql://fresh_replication:${await passwordNow()}@${host}:${port}`,
    'replication-bootstrap-url': 'http://[::1]:8443/backups/latest',
    'takeover-url': 'https://console.example.com/clusters/erp5/takeover/db-1',
    'replication-bootstrap-token': 'reader-token-0123456789',
  });
  expect(await passwordNow()).toMatch(/^[A-Za-z0-9]{24}$/);
  for (const file of [passwordFile, join(folder, 'db-1.json')]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(join(folder, 'db-1.json'), 'utf8'))).toEqual(published);
  const grants = await cluster.server('db-1').sql("SHOW GRANTS FOR fresh_replication@'%'");
  expect(grants.map((row) => String(Object.values(row)[0]))).toEqual([
    expect.stringMatching(/^GRANT REPLICATION SLAVE ON \*\.\* TO `fresh_replication`@`%` IDENTIFIED/),
  ]);
});

test('what it publishes is taken as it is: a replica follows with it', async () => {
  const answer = readParameters(await readFile(join(folder, 'db-1.json'), 'utf8'));
  const primary = answer.kind === 'read' ? answer.parameters.primary : null;
  if (!primary) throw new Error('no primary in it');
  await cluster.server('db-2').sql('STOP SLAVE', 'RESET SLAVE ALL');
  await follow(cluster.server('db-2'), cluster.server('db-1').address, primary);
  await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
  expect(await followed(cluster.server('db-2'))).toMatchObject({ port: cluster.server('db-1').port, ioRunning: true });
});

test('a second run changes nothing, not even a transaction', async () => {
  const before = await positionOf('db-1');
  expect(await init('db-1')).toMatchObject({ code: 0, stderr: 'fresh_replication is as it should be\n' });
  expect(await positionOf('db-1')).toEqual(before);
});

test('a rotation breaks no replica: old and new password are taken until the old one is retired, and no third before', async () => {
  const old = await passwordNow();
  expect(await init('db-1', '--rotate')).toMatchObject({ code: 0 });
  const fresh = await passwordNow();
  expect(fresh).not.toBe(old);
  expect([await signsIn(old), await signsIn(fresh)]).toEqual([true, true]);
  // It signs in anew, with the old one.
  await cluster.server('db-2').sql('STOP SLAVE IO_THREAD', 'START SLAVE IO_THREAD');
  await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
  expect(await followed(cluster.server('db-2'))).toMatchObject({ ioRunning: true });
  expect(await init('db-1', '--rotate')).toMatchObject({ code: 3, stderr: expect.stringContaining('--retire') });
  expect([await passwordNow(), await signsIn(old), await signsIn(fresh)]).toEqual([fresh, true, true]);
  expect(await init('db-1', '--retire')).toMatchObject({ code: 0 });
  expect([await signsIn(old), await signsIn(fresh)]).toEqual([false, true]);
});

test('an account whose password nobody knows is refused, and nothing is changed', async () => {
  const fresh = await passwordNow();
  await unlink(passwordFile);
  expect(await init('db-1')).toMatchObject({ code: 3, stderr: expect.stringContaining('--rotate') });
  await writeFile(passwordFile, 'another-password', { mode: 0o600 });
  expect(await init('db-1')).toMatchObject({ code: 3, stderr: expect.stringContaining('is not that of') });
  expect(await signsIn(fresh)).toBe(true);
  await writeFile(passwordFile, fresh, { mode: 0o600 });
});

test('on a replica it writes nothing: it publishes with the password that is there, or refuses', async () => {
  const before = await positionOf('db-2');
  const ran = await init('db-2');
  expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing was changed') });
  expect(JSON.parse(ran.stdout)['replication-primary-url']).toContain(`:${cluster.server('db-2').port}`);
  expect(await init('db-2', '--rotate')).toMatchObject({ code: 3, stderr: expect.stringContaining('replicates') });
  expect(await positionOf('db-2')).toEqual(before);
});

test('a server that is down is said so, and its configuration without the section as well', async () => {
  await cluster.server('db-2').stop();
  expect(await init('db-2')).toMatchObject({ code: 1, stderr: expect.stringContaining('safe to repeat') });
  const file = join(folder, 'bare.yaml');
  await writeFile(file, 'agent: { listen: 127.0.0.1:1, server: { socket: /nowhere } }\n');
  expect(await runBaton(['primary', 'init', '--config', file])).toMatchObject({ code: 2 });
});
