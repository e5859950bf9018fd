import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { startTestAgent, type TestAgent } from './fixtures.ts';

let cluster: SandboxCluster;
let folder: string;
let blank: BlankServer;
let agent: TestAgent | null = null;
beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  folder = await mkdtemp(join(tmpdir(), 'baton-first-copy-'));
  blank = await blankServer(cluster);
});
afterEach(async () => {
  await agent?.remove();
  agent = null;
});
afterAll(async () => {
  await blank?.remove();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** An agent beside the blank server, asked for a replica of the primary with this password. */
async function agentAskedFor(password: string, more: { mayStart?: string } = {}): Promise<TestAgent> {
  const parametersFile = join(folder, 'parameters.json');
  const { user } = cluster.accounts.replication;
  const primary = `mysql://${user}:${password}@127.0.0.1:${cluster.server('db-1').port}`;
  await writeFile(parametersFile, JSON.stringify({ 'primary-url': primary }), {
    mode: 0o600,
  });
  const { socket, optionsFile, persistFile } = blank.server;
  const { mayStart } = more;
  const control = mayStart && {
    kind: 'command' as const,
    start: ['test', '-e', mayStart],
    stop: ['true'],
    status: ['false'],
  };
  agent = await startTestAgent({
    server: { socket, defaultsFile: optionsFile, persistFile, initialise: true, ...(control && { control }) },
    stateDirectory: join(folder, 'state'),
    parametersFile,
  });
  return agent;
}

const stage = async ({ client }: TestAgent) => (await client.status()).firstCopy;

test('what can’t be done is in the status of the agent with its reason and without the password, and leaves nothing', async () => {
  const one = await agentAskedFor('not-the-password');
  await until(async () => (await stage(one))?.stage === 'failed', { what: 'it fails' });
  const told = await stage(one);
  expect(told?.error).toContain('does not let replication_user in');
  expect(told?.error).not.toContain('not-the-password');
  expect(await readdir(blank.server.dataDir)).toEqual([]);
});

test('an agent that is ended in the middle leaves nothing that starts, the next one makes the replica, and a start that failed is made up for', async () => {
  const { password } = cluster.accounts.replication;
  const first = await agentAskedFor(password);
  await until(async () => (await stage(first))?.stage === 'installing', { what: 'it begins' });
  await first.remove();
  expect(await readdir(blank.server.dataDir)).not.toContain('mysql');
  const mayStart = join(folder, 'may-start');
  const next = await agentAskedFor(password, { mayStart });
  await until(async () => (await stage(next))?.stage === 'failed', { what: 'its start fails', timeoutMs: 60_000 });
  expect((await stage(next))?.error).toContain('ended with code 1');
  expect(await readdir(blank.server.dataDir)).toContain('mysql');
  await next.remove();
  // The start is still owed, and needs no parameters.
  await writeFile(mayStart, '');
  const later = await agentAskedFor(password, { mayStart });
  await until(async () => (await stage(later))?.stage === 'done', { what: 'it is started' });
  await later.remove();
  await blank.server.start();
  await caughtUp(blank.server, cluster.server('db-1'));
  const again = await agentAskedFor(password, { mayStart });
  expect(await stage(again)).toBeUndefined();
});
