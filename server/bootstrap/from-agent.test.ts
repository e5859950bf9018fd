import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { agentToken, startAgentProcesses, type AgentProcesses } from '../agent/testing/agent-processes.ts';
import type { BackupRequest } from '../contract/agent.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { openRelay, type Relay } from '../sandbox/relay.ts';
import { caughtUp } from '../sandbox/replication.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';
import { blankServer, type BlankServer } from './testing/blank-server.ts';
import { originBackups } from './testing/origin-backups.ts';
import { serveFolder } from './testing/static-server.ts';

let cluster: SandboxCluster;
let work: string;
let agents: AgentProcesses;
let link: Relay;
const blanks: BlankServer[] = [];

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  work = await mkdtemp(join(tmpdir(), 'baton-from-agent-'));
  // Full once a year: what is asked for behind the first one is incremental.
  agents = await startAgentProcesses(cluster, () => ({
    backups: { directory: join(work, 'backups'), method: ['mariabackup', 'dump'], full: '0 0 1 1 *' },
  }));
  const address = new URL(agents.of('db-1').url);
  link = await openRelay(() => ({ host: address.hostname, port: Number(address.port) }));
  await cluster.server('db-1').sql('CREATE TABLE shop.t (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20))');
});
afterEach(async () => {
  await link.set({ kind: 'open' });
  for (const one of blanks.splice(0)) await one.remove();
});
afterAll(async () => {
  await link?.close();
  await agents?.stop();
  await cluster?.stop();
  await rm(work, { recursive: true, force: true });
});

async function blank(): Promise<BlankServer> {
  const made = await blankServer(cluster);
  blanks.push(made);
  return made;
}

const write = async (server: SandboxServer, name: string): Promise<void> =>
  void (await server.sql(`INSERT INTO shop.t (name) VALUES ('${name}')`));
const rows = async (server: SandboxServer) =>
  (await server.sql('SELECT id, name FROM shop.t ORDER BY id')).map((row) => ({ ...row }));

async function backup(request: BackupRequest): Promise<void> {
  const { client } = agents.of('db-1');
  // A backup's name has the second that it was begun in.
  const [last] = await client.backups();
  await until(() => Date.now() - Date.parse(last?.startedAt ?? '1970-01-01T00:00:00Z') >= 1000, {
    what: 'the next second',
  });
  const { id } = await client.takeBackup(request);
  await until(async () => (await client.backupRun(id)).state !== 'running', {
    what: 'the backup ends',
    timeoutMs: 60_000,
  });
  expect(await client.backupRun(id)).toMatchObject({ state: 'done', error: null });
}

test('latest of an agent is its newest physical backup, a full one and its incrementals, each held against its SHA-256', async () => {
  const primary = cluster.server('db-1');
  await write(primary, 'full');
  await backup({ method: 'mariabackup' });
  await write(primary, 'inc 1');
  await backup({ method: 'mariabackup' });
  await write(primary, 'inc 2');
  await backup({ method: 'mariabackup' });
  await backup({ method: 'dump' });
  const one = await blank();
  const end = await one.init({ bootstrapUrl: `${agents.of('db-1').url}/backups/latest`, bootstrapToken: agentToken });
  expect(end).toMatchObject({ copy: [/full\.xb/, /inc\.xb/, /inc\.xb/].map((name) => expect.stringMatching(name)) });
  await one.server.start();
  await write(primary, 'later');
  await caughtUp(one.server, primary);
  expect(await rows(one.server)).toEqual(await rows(primary));
});

test('a source that is killed at ten moments while its folder of the origin’s names is read: the replica is whole', async () => {
  const one = await blank();
  const agent = agents.of('db-1');
  const { files } = { files: (await agent.client.backups()).filter(({ method }) => method !== 'dump') };
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  await link.set({ kind: 'slow', bytesPerSecond: Math.ceil(bytes / 4) });
  let received = 0;
  const init = one.init({
    bootstrapUrl: `http://127.0.0.1:${link.port}/backups/mariabackup/`,
    bootstrapToken: agentToken,
    onStage: (stage) => (received = stage.kind === 'receiving' ? stage.bytes : received),
  });
  const settled = init.catch(() => undefined);
  for (let kill = 1; kill <= 10; kill += 1) {
    await Promise.race([
      settled,
      until(() => received >= (bytes * kill) / 11, { what: 'some of it has come', timeoutMs: 60_000 }),
    ]);
    await agent.restart();
  }
  await link.set({ kind: 'open' });
  expect(await init).toMatchObject({ kind: 'replicates' });
  await one.server.start();
  await caughtUp(one.server, cluster.server('db-1'));
  expect(await rows(one.server)).toEqual(await rows(cluster.server('db-1')));
}, 180_000);

test('a source that is killed for good: an empty directory, and the reason', async () => {
  const one = await blank();
  const agent = agents.of('db-1');
  const files = await agent.client.backups();
  await link.set({ kind: 'slow', bytesPerSecond: Math.ceil((files[0]?.bytes ?? 0) / 4) });
  const begun = Promise.withResolvers<void>();
  const init = one.init({
    bootstrapUrl: `http://127.0.0.1:${link.port}/backups/${files[0]?.name}`,
    bootstrapToken: agentToken,
    patienceMs: 1_500,
    onStage: ({ kind }) => kind === 'receiving' && begun.resolve(),
  });
  const failed = init.then(String, String);
  await begun.promise;
  await agent.end('SIGKILL');
  await link.set({ kind: 'cut' });
  expect(await failed).toContain('did not come back within 1.5 s');
  expect(await readdir(one.server.dataDir)).toEqual([]);
  await agent.start();
});

test('TestMariaDBReplicationChain: primary, replica0, replica1, replica2, all get the rows', async () => {
  const chain: SandboxServer[] = [cluster.server('db-1')];
  const { user, password } = cluster.accounts.replication;
  // In the binary log, as a primary has it: the sandbox makes its accounts beside it.
  await cluster
    .server('db-1')
    .sql(
      `CREATE OR REPLACE USER '${user}'@'%' IDENTIFIED BY '${password}'`,
      `GRANT REPLICATION SLAVE ON *.* TO '${user}'@'%'`,
    );
  await using web = await serveFolder(work);
  for (const from of ['nothing', 'nothing', 'a copy of the one before']) {
    const source = chain.at(-1) ?? cluster.server('db-1');
    const one = await blank();
    const bootstrapUrl = from === 'nothing' ? null : web.url('127.0.0.1', 'chain.full.xb.zstd');
    if (bootstrapUrl !== null) await originBackups(source, work).full('chain.full.xb.zstd');
    await one.init({ primary: { ...source.address, user, password }, bootstrapUrl });
    await one.server.start();
    chain.push(one.server);
  }
  const [primary, ...replicas] = chain;
  if (!primary) throw new Error('a chain has a beginning');
  await write(primary, 'chained');
  for (const [index, replica] of replicas.entries()) {
    await caughtUp(replica, chain[index] ?? primary);
    expect(await rows(replica)).toEqual(await rows(primary));
  }
});

test.runIf(process.getuid?.() === 0)(
  'a full disk is said, and nothing is left on it (as root: on a small file system)',
  async () => {
    await backup({ method: 'mariabackup' });
    await backup({ method: 'dump' });
    const one = await blank();
    const { dataDir } = one.server;
    await mkdir(dataDir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', dataDir]);
    try {
      const latest = `${agents.of('db-1').url}/backups/`;
      const failure = await one
        .init({ bootstrapUrl: latest, bootstrapToken: agentToken })
        .catch((error: unknown) => error);
      expect(String(failure)).toMatch(/bytes free|bytes were free|were left free/);
      expect(await readdir(dataDir)).toEqual([]);
      const dump = (await agents.of('db-1').client.backups()).find(({ method }) => method === 'dump')?.name;
      const url = `${latest}${dump}`;
      const second = await one.init({ bootstrapUrl: url, bootstrapToken: agentToken }).catch((error: unknown) => error);
      expect(String(second)).toMatch(/bytes free|bytes were free|were left free/);
      expect(await readdir(dataDir)).toEqual([]);
    } finally {
      execFileSync('umount', [dataDir]);
    }
  },
);
