import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAgent, type RunningAgent } from '../../agent/start-agent.ts';
import { agentConfiguration } from '../../contract/configuration/agent.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let cluster: SandboxCluster;
let folder: string;
let agent: RunningAgent;
let config: string;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  folder = await mkdtemp(join(tmpdir(), 'baton-backup-'));
  const { socket, optionsFile } = cluster.server('db-1');
  config = join(folder, 'baton.yaml');
  await writeFile(join(folder, 'token'), 'console-token-0123456789');
  const section = {
    listen: '127.0.0.1:0',
    name: 'db-1',
    server: { socket, defaultsFile: optionsFile },
    tokenFile: join(folder, 'token'),
    backups: { directory: join(folder, 'backups'), method: ['mariabackup' as const, 'dump' as const] },
  };
  // JSON is YAML.
  await writeFile(config, JSON.stringify({ agent: section }));
  agent = await startAgent(agentConfiguration.parse(section), pino({ level: 'silent' }));
});
afterAll(async () => {
  await agent?.close();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function baton(...words: string[]): Promise<Ran> {
  const ran = await runBaton(['backup', ...words, '--config', config]);
  const token = await readFile(join(folder, 'backups', '.agent', 'local-token'), 'utf8');
  expect(ran.stdout + ran.stderr).not.toContain(token);
  return ran;
}

test('a backup is taken, listed, restored and checked by the agent of the host', async () => {
  const taken = await baton('take');
  expect(taken).toMatchObject({ code: 0, stdout: expect.stringMatching(/^db-1-\S+\.full\.xb\.zst: mariabackup, /) });
  expect(await baton('list')).toMatchObject({ code: 0, stdout: expect.stringContaining('never restored') });
  const verified = await baton('verify');
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/restored and checked in .* tables/) });
  expect(await baton('list')).toMatchObject({ code: 0, stdout: expect.stringMatching(/restored \d+\.\d s ago/) });
  expect(await baton('prune')).toMatchObject({ code: 0, stdout: 'Nothing is too old.\n' });
});

test('a dump of one database, for machines', async () => {
  const { code, stdout } = await baton('take', '--database', 'shop', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ method: 'dump', state: 'done' });
  const { stdout: all } = await baton('list', '--json');
  expect(JSON.parse(all)[0]).toMatchObject({ database: 'shop', verified: null });
});

test('what can’t be is said: a name that is none, options that exclude each other, an agent that is not there', async () => {
  expect(await baton('verify', 'nothing')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no such backup'),
  });
  expect(await baton('take', '--full', '--database', 'shop')).toMatchObject({ code: 2 });
  await agent.close();
  expect(await baton('take')).toMatchObject({ code: 1, stderr: expect.stringContaining('db-1') });
  expect(await baton('list')).toMatchObject({ code: 0 });
});
