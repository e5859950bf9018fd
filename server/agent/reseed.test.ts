import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Reseed } from '../contract/reseed.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { startAgentProcesses, type AgentProcesses } from './testing/agent-processes.ts';

let cluster: SandboxCluster;
let agents: AgentProcesses;
beforeEach(async () => {
  cluster = await createCluster({ replicas: 1 });
  agents = await startAgentProcesses(cluster);
  await cluster.server('db-2').sql('STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only=0');
  await cluster.server('db-2').sql("INSERT INTO shop.orders (uid) VALUES ('only-on-db-2')");
  await cluster.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('only-on-db-1')");
});
afterEach(async () => {
  await agents.stop();
  await cluster.stop();
});

async function begin(id: string, expectedBytes = 1): Promise<Reseed> {
  const source = await agents.of('db-1').client.offerCopy();
  return await agents.of('db-2').client.beginReseed({ id, source, expectedBytes });
}

async function reaches(id: string, ...states: Reseed['state'][]): Promise<Reseed> {
  const found: { last: Reseed | null } = { last: null };
  await until(
    async () => {
      found.last = await agents
        .of('db-2')
        .client.reseed(id)
        .catch(() => null);
      return found.last !== null && states.includes(found.last.state);
    },
    { what: `the reseed is ${states.join(' or ')}`, timeoutMs: 60_000 },
  );
  if (found.last === null) throw new Error('no reseed');
  return found.last;
}

async function uids(server: string): Promise<string[]> {
  const rows = await cluster.server(server).sql('SELECT uid FROM shop.orders ORDER BY uid');
  return rows.map(({ uid }) => String(uid));
}

async function besideData(): Promise<string[]> {
  const { dataDir } = cluster.server('db-2');
  return (await readdir(dirname(dataDir))).filter((name) => name.startsWith(basename(dataDir))).toSorted();
}

test('a server gets the data of another, and its own are kept under another name', async () => {
  const size = await agents.of('db-1').client.dataDirectory();
  expect(size.obstacles).toEqual([]);
  expect(size.bytes).toBeGreaterThan(1_000_000);
  const begun = await begin('one', size.bytes);
  expect(begun.state).toBe('copying');
  const prepared = await reaches('one', 'prepared', 'failed');
  expect(prepared).toMatchObject({ state: 'prepared', error: null });
  const [position] = await cluster.server('db-1').sql('SELECT @@gtid_binlog_pos AS position');
  expect(prepared.gtid).toBe(String(position?.['position']));
  expect(await uids('db-2')).toEqual(['only-on-db-2']);
  await agents.of('db-2').client.swapReseed('one');
  const swapped = await reaches('one', 'swapped', 'failed');
  expect(swapped).toMatchObject({ state: 'swapped', error: null });
  expect(swapped.keptBytes).toBeGreaterThan(1_000_000);
  expect(await uids('db-2')).toEqual(['only-on-db-1']);
  const [row] = await cluster.server('db-2').sql('SELECT @@read_only AS r, @@event_scheduler AS e');
  expect(row).toMatchObject({ r: '1', e: 'OFF' });
  expect(await cluster.server('db-2').sql('SHOW ALL SLAVES STATUS')).toEqual([]);
  expect(await besideData()).toEqual(['data', basename(swapped.keptDirectory)]);
});
