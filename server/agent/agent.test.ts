import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BackupRun, ServiceRun } from '../contract/agent.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';
import { readWhole, startTestAgent, type TestAgent } from './fixtures.ts';

const baton = resolve(import.meta.dirname, '../cli/main.ts');
let cluster: SandboxCluster;
let directory: string;
let gate: string;
const started: TestAgent[] = [];

beforeAll(async () => {
  cluster = await createCluster({ replicas: 1 });
  directory = await mkdtemp(join(tmpdir(), 'baton-agents-'));
  gate = join(directory, 'gate');
});
afterAll(async () => {
  await cluster?.stop();
  await rm(directory, { recursive: true });
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((host) => host.remove()));
  await rm(gate, { force: true });
});

/** The agent of a sandbox server, with mariadb_update behind a gate. */
async function agentOf({ name, socket, optionsFile, persistFile }: SandboxServer): Promise<TestAgent> {
  const options = ['--socket', socket, '--defaults-file', optionsFile, '--gate', gate];
  const host = await startTestAgent({
    name,
    server: { socket, defaultsFile: optionsFile, persistFile },
    services: {
      mariadb_update: { kind: 'gate', file: gate, run: [process.execPath, baton, 'server', 'update', ...options] },
    },
  });
  started.push(host);
  return host;
}

async function isOpen(): Promise<boolean> {
  return await access(gate).then(
    () => true,
    () => false,
  );
}

test('a dump asked for through the client is in its catalogue and comes whole', async () => {
  const { client } = await agentOf(cluster.server('db-2'));
  const { id } = await client.takeBackup();
  let run: BackupRun | null = null;
  await until(async () => (run = await client.backupRun(id)).state !== 'running', { what: 'the dump ends' });
  expect(run).toMatchObject({ id, state: 'done', error: null });
  const [dump, ...others] = await client.backups();
  expect(others).toEqual([]);
  expect(dump).toMatchObject({ server: 'db-2', method: 'dump' });
  const content = await readWhole(await client.downloadBackup(dump?.name ?? '', { method: 'GET', headers: {} }));
  expect(content).toHaveLength(dump?.bytes ?? 0);
  expect(createHash('sha256').update(content).digest('hex')).toBe(dump?.sha256);
});

test('a gate that was left open on a replica is shut', async () => {
  await writeFile(gate, '');
  const { client } = await agentOf(cluster.server('db-2'));
  await until(async () => !(await isOpen()), { what: 'the gate is shut' });
  await expect(client.service('mariadb_update', 'run')).rejects.toMatchObject({ code: 'refused' });
});

test('a gate that was left shut on a primary is opened, and mariadb_update runs there by the client', async () => {
  const { client } = await agentOf(cluster.server('db-1'));
  await until(isOpen, { what: 'the gate is opened' });
  const { id } = await client.service('mariadb_update', 'run');
  let run: ServiceRun | null = null;
  await until(async () => (run = await client.serviceRun('mariadb_update', id)).state !== 'running', {
    what: 'it ends',
  });
  expect(run).toMatchObject({ state: 'done', exitCode: 0, log: expect.stringContaining('mariadb_update: all done') });
  expect(await client.service('mariadb_update', 'disable')).toMatchObject({ enabled: false, lastRun: { ok: true } });
  expect(await isOpen()).toBe(false);
  expect((await client.status()).services).toEqual([
    expect.objectContaining({ name: 'mariadb_update', enabled: false }),
  ]);
});

test('while the server is down nothing is opened; when it comes it is', async () => {
  const primary = cluster.server('db-1');
  await primary.stop();
  const { client } = await agentOf(primary);
  expect((await client.status()).services).toEqual([expect.objectContaining({ enabled: false })]);
  await primary.start();
  await until(isOpen, { what: 'the gate is opened', timeoutMs: 10_000 });
  expect(await isOpen()).toBe(true);
});

test('read_only written by the agent is what the server has after a restart', async () => {
  const replica = cluster.server('db-2');
  const { client } = await agentOf(replica);
  const readOnly = async (): Promise<unknown> => (await replica.sql('SELECT @@read_only AS ro'))[0]?.['ro'];
  for (const wanted of [false, true]) {
    await client.persistReadOnly(wanted);
    await replica.restart();
    expect(await readOnly()).toBe(wanted ? '1' : '0');
    expect(await client.persistedReadOnly()).toBe(wanted);
  }
  await client.persistReadOnly(null);
  expect(await client.persistedReadOnly()).toBeNull();
});

test('what is not known is 404 with what is', async () => {
  const { client } = await agentOf(cluster.server('db-1'));
  await expect(client.service('cron', 'run')).rejects.toMatchObject({
    code: 'not-found',
    details: { known: ['mariadb_update'] },
  });
  await expect(client.serviceRun('mariadb_update', crypto.randomUUID())).rejects.toMatchObject({ code: 'not-found' });
  await expect(client.backupRun('x/../y')).rejects.toMatchObject({ code: 'not-found' });
});

test('read_only is refused where there is no file to keep it in', async () => {
  const host = await startTestAgent();
  started.push(host);
  await expect(host.client.persistReadOnly(true)).rejects.toMatchObject({ code: 'refused' });
  await expect(host.client.persistedReadOnly()).rejects.toMatchObject({ code: 'refused' });
});

test('an account is tried from the agent’s host: let in, refused, or nobody knows', async () => {
  const { client } = await agentOf(cluster.server('db-2'));
  const { host, port } = cluster.server('db-1');
  const { user, password } = cluster.accounts.replication;
  expect(await client.signsIn({ host, port, user, password })).toEqual({ result: 'accepted', text: '' });
  const wrong = await client.signsIn({ host, port, user, password: 'not this one' });
  expect(wrong.result).toBe('denied');
  expect(wrong.text).not.toContain('not this one');
  cluster.server('db-1').freeze();
  try {
    expect(await client.signsIn({ host, port, user, password })).toMatchObject({ result: 'unknown' });
  } finally {
    cluster.server('db-1').thaw();
  }
});
