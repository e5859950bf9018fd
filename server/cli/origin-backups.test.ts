import { rename } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readerToken, startTestAgent, type AgentFolder, type TestAgent } from '../agent/fixtures.ts';
import { agentConfiguration } from '../contract/configuration/agent.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { lookAtBackups } from './check/look-backups.ts';

/*
 * The origin's acceptance tests of scheduled backups, by their names (SlapOS, software/erp5/test/test/test_mariadb.py): there
 * `TestCrontabs` turns the clock of a cron; here the schedule comes every other second. A transport means nothing to a schedule: how
 * its files are read over each is in origin-replication.test.ts.
 */
const timeoutMs = 50_000;
let cluster: SandboxCluster;
let host: TestAgent;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  host = await startTestAgent(configured);
});
afterAll(async () => {
  await host?.remove();
  await cluster?.stop();
});

function configured({ folder, backups }: AgentFolder) {
  const { socket, optionsFile: defaultsFile } = cluster.server('db-1');
  return {
    server: { socket, defaultsFile },
    stateDirectory: `${folder}/state`,
    backups: {
      directory: backups,
      schedule: '*/2 * * * * *',
      method: ['dump' as const, 'mariabackup' as const],
      dump: { compression: 'gzip' as const },
      keep: { count: 3 },
    },
  };
}

async function read(path: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${readerToken}` };
  const answer = await fetch(new URL(path, host.agent.url), { headers });
  return answer.ok ? Buffer.from(await answer.arrayBuffer()) : Buffer.alloc(0);
}
const arrives = async (path: string): Promise<Buffer> => {
  await until(async () => (await read(path)).length > 0, { what: path, timeoutMs });
  return await read(path);
};
const failures = async () => (await host.client.status()).backups.failures;
const check = async () =>
  await lookAtBackups(agentConfiguration.parse({ listen: '127.0.0.1:0', ...configured(host) }), new Date());

test('test_full_backup', async () => {
  const dump = await arrives('/backups/mariadb-full/most-recent.sql.gz');
  expect(String(await promisify(gunzip)(dump))).toContain('CREATE TABLE');
});

test('test_full_mariabackup', async () => {
  const names = String(await arrives('/backups/mariabackup/index.txt'))
    .trim()
    .split('\n');
  expect(names.at(-1)).toMatch(/^\d{14}\.full\.xb\.zstd$/);
  expect(await failures()).toEqual([]);
  expect(await check()).toMatchObject({ level: 'ok' });
});

test('test_mariabackup_cron_promise: a directory that is gone fails the backup and the promise, until it is back', async () => {
  await rename(host.backups, `${host.backups}.away`);
  await until(async () => (await failures()).some(({ work }) => work === 'mariabackup'), {
    what: 'it fails',
    timeoutMs,
  });
  expect(await failures()).toContainEqual(
    expect.objectContaining({ text: expect.stringMatching(/no such file or directory/i) }),
  );
  expect(await check()).toMatchObject({ level: 'critical', text: expect.stringMatching(/no such file or directory/i) });
  await expect(host.client.backups()).rejects.toThrow(/^db-1: Its backup directory can't be read: .*no such file/i);
  await rename(`${host.backups}.away`, host.backups);
  // The promise reads what the agent has written of it.
  await until(async () => (await check()).level === 'ok', { what: 'it succeeds again', timeoutMs });
  expect(await failures()).toEqual([]);
});
