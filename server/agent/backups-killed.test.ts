import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackupRun } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { readCatalogue } from '../backups/catalogue.ts';
import { chainOf } from '../backups/chain.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { startAgentProcesses, type AgentProcess, type AgentProcesses } from './testing/agent-processes.ts';

const run = promisify(execFile);
/** Where in a backup, which takes about a second here, the agent is killed: from its begin to its last names. */
const moments = [0, 60, 140, 230, 330, 440, 560, 690, 830, 980];

let cluster: SandboxCluster;
let agents: AgentProcesses;
let agent: AgentProcess;
let backups: string;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  backups = join(cluster.dir, 'backups');
  await mkdir(backups);
  const rules = { directory: backups, method: ['mariabackup', 'dump'], full: '0 0 1 1 *' };
  agents = await startAgentProcesses(cluster, () => ({ backups: rules }));
  agent = agents.of('db-1');
});
afterAll(async () => {
  await agents?.stop();
  await cluster?.stop();
});

const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** Whatever stands in the directory now under a name of its own is whole. */
async function everythingIsWhole(): Promise<void> {
  const names = (await readdir(backups)).filter((name) => !name.startsWith('.') && !name.startsWith('index.json'));
  const manifests = names.filter((name) => name.endsWith('.json') && !name.endsWith('.verified.json'));
  const catalogue = await readCatalogue(backups);
  expect(manifests.map((name) => name.slice(0, -'.json'.length)).toSorted()).toEqual(
    catalogue.map(({ name }) => name).toSorted(),
  );
  for (const backup of catalogue) {
    const content = await readFile(join(backups, backup.name));
    expect({ name: backup.name, sha256: sha256Of(content) }).toEqual({ name: backup.name, sha256: backup.sha256 });
    expect({ name: backup.name, chain: chainOf(catalogue, backup) }).not.toMatchObject({ chain: null });
  }
}

/** An agent that was just started answers before it has cleaned up, and takes nothing then. */
async function take(method: 'mariabackup' | 'dump'): Promise<BackupRun> {
  const began: { run: BackupRun | null } = { run: null };
  await until(
    async () => {
      began.run = await agent.client.takeBackup({ method }).catch((error: unknown) => {
        if (error instanceof BatonError && error.code === 'unavailable') return null;
        throw error;
      });
      return began.run !== null;
    },
    { what: 'the agent takes a backup' },
  );
  if (began.run === null) throw new Error('it took none');
  return began.run;
}

async function leftovers(): Promise<string[]> {
  const partials = (await readdir(backups)).filter((name) => name.startsWith('.') && name.endsWith('.partial'));
  return [...partials, ...(await readdir(agent.stateDirectory)).filter((name) => name.startsWith('backup-'))];
}

/** The tools of this server's backups that still run; each ends by itself when its reader is gone. */
async function toolsRunning(): Promise<boolean> {
  const { socket } = cluster.server('db-1');
  return await run('pgrep', ['-f', `^mariadb-(backup|dump) .*${socket}`]).then(
    () => true,
    () => false,
  );
}

test('an agent that is killed at ten moments of a backup leaves whole ones or none, and cleans up at its start', async () => {
  for (const [round, moment] of moments.entries()) {
    await take(round % 3 === 2 ? 'dump' : 'mariabackup');
    await delay(moment);
    await agent.end('SIGKILL');
    await everythingIsWhole();
    await until(async () => !(await toolsRunning()), { what: 'the tools have ended', timeoutMs: 30_000 });
    await agent.start();
    await until(async () => (await leftovers()).length === 0, { what: 'nothing half is left' });
    await everythingIsWhole();
  }
  for (const method of ['mariabackup', 'dump'] as const) {
    const { id } = await take(method);
    await until(async () => (await agent.client.backupRun(id)).state !== 'running', { what: 'the next one ends' });
    expect(await agent.client.backupRun(id)).toMatchObject({ state: 'done' });
  }
  expect((await agent.client.status()).backups.failures).toEqual([]);
  await everythingIsWhole();
});

test('an agent that is killed while it restores one leaves no server, and nothing of it after its start', async () => {
  const [newest] = await agent.client.backups();
  await agent.client.verifyBackup(newest?.name ?? '');
  const scratch = join(agent.stateDirectory, 'verify');
  const servers = async (): Promise<boolean> =>
    await run('pgrep', ['-f', `^mariadbd .*${scratch}`]).then(
      () => true,
      () => false,
    );
  await until(servers, { what: 'its server runs' });
  await agent.end('SIGKILL');
  await until(async () => !(await servers()), { what: 'its server is gone' });
  expect(await readdir(scratch)).not.toEqual([]);
  await agent.start();
  await until(async () => (await readdir(scratch)).length === 0, { what: 'nothing of it is left' });
  expect((await lstat(join(backups, newest?.name ?? ''))).size).toBe(newest?.bytes);
  expect((await agent.client.backups())[0]).toMatchObject({ name: newest?.name, verified: null });
});
