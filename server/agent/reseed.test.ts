import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Reseed } from '../contract/reseed.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { fillWithData } from '../sandbox/faults.ts';
import { until } from '../sandbox/until.ts';
import { startAgentProcesses, type AgentProcesses } from './testing/agent-processes.ts';

/** Agents are processes, and servers are stopped and started by a command: on a busy machine all of that takes its time. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

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

test('an offer is read once: its ticket is no token, is void after its use, and a wrong one gets nothing', async () => {
  const { url, path, ticket } = await agents.of('db-1').client.offerCopy();
  const ask = async (address: string, shown: string): Promise<Response> =>
    await fetch(new URL(address, url), { headers: { authorization: `Bearer ${shown}` } });
  expect((await ask(path, 'f'.repeat(64))).status).toBe(401);
  expect((await ask('/v1/status', ticket)).status).toBe(401);
  const copy = await ask(path, ticket);
  expect(copy.status).toBe(200);
  // While it is read, the source is busy, and its ticket is of no use.
  expect((await ask(path, ticket)).status).toBe(401);
  await copy.arrayBuffer();
  await until(
    async () =>
      await agents
        .of('db-1')
        .client.offerCopy()
        .then(Boolean, () => false),
    { what: 'it is free' },
  );
});

test('one backup of a server at a time: a second copy is refused until the first is through', async () => {
  const source = agents.of('db-1');
  await fillWithData(cluster.server('db-1'), 30_000_000);
  const { url, path, ticket } = await source.client.offerCopy();
  // Its body is not read, so that it stays under way.
  const copy = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${ticket}` } });
  expect(copy.status).toBe(200);
  await expect(source.client.offerCopy()).rejects.toMatchObject({ code: 'already-running' });
  await copy.body?.cancel();
  await until(async () => await source.client.offerCopy().then(Boolean, () => false), {
    what: 'the source is free when its reader has gone',
  });
});

test('a copy without its ticket fails with the reason, and leaves the server and its folder as they were', async () => {
  const source = { ...(await agents.of('db-1').client.offerCopy()), ticket: 'f'.repeat(64) };
  await agents.of('db-2').client.beginReseed({ id: 'one', source, expectedBytes: 1 });
  const failed = await reaches('one', 'failed', 'prepared');
  expect(failed.state).toBe('failed');
  expect(failed.error).toContain('db-1');
  expect(await besideData()).toEqual(['data']);
  expect(await uids('db-2')).toEqual(['only-on-db-2']);
});

test('the same request again is the same reseed, another one meanwhile is refused, and a cancelled one leaves nothing', async () => {
  await fillWithData(cluster.server('db-1'), 30_000_000);
  const source = await agents.of('db-1').client.offerCopy();
  const { client } = agents.of('db-2');
  const [one, two] = await Promise.all([
    client.beginReseed({ id: 'one', source, expectedBytes: 1 }),
    client.beginReseed({ id: 'one', source, expectedBytes: 1 }),
  ]);
  expect(one?.copyDirectory).toBe(two?.copyDirectory);
  await expect(client.beginReseed({ id: 'two', source, expectedBytes: 1 })).rejects.toMatchObject({
    code: 'already-running',
  });
  expect(await client.cancelReseed('one')).toMatchObject({ state: 'failed', error: 'it was cancelled' });
  expect(await besideData()).toEqual(['data']);
  await expect(client.swapReseed('one')).rejects.toMatchObject({ code: 'refused' });
});

test('a copy that needs more room than there is is refused before anything is begun', async () => {
  await expect(begin('one', 1e15)).rejects.toMatchObject({ code: 'refused' });
  expect(await besideData()).toEqual(['data']);
});

test('an agent killed while it copies: what it had of the copy is removed, and the server is as it was', async () => {
  await fillWithData(cluster.server('db-1'), 60_000_000);
  await begin('one');
  await until(async () => (await besideData()).length > 1, { what: 'the copy has begun' });
  await agents.of('db-2').restart();
  const found = await reaches('one', 'failed');
  expect(found.error).toBe('the agent was ended before the copy was whole');
  expect(await besideData()).toEqual(['data']);
  expect(await uids('db-2')).toEqual(['only-on-db-2']);
});

test('an agent killed behind a whole copy has it still: it is put in place, and nothing before that was changed', async () => {
  await begin('one');
  await reaches('one', 'prepared', 'failed');
  await agents.of('db-2').restart();
  expect(await uids('db-2')).toEqual(['only-on-db-2']);
  await agents.of('db-2').client.swapReseed('one');
  expect(await reaches('one', 'swapped', 'failed')).toMatchObject({ state: 'swapped' });
  expect(await uids('db-2')).toEqual(['only-on-db-1']);
});

test('an agent killed again and again in the exchange: the server has the whole copy, and its former data are kept', async () => {
  await begin('one');
  await reaches('one', 'prepared', 'failed');
  await agents.of('db-2').client.swapReseed('one');
  for (let round = 0; round < 6; round += 1) {
    const [seen] = await Promise.all([besideData(), agents.of('db-2').end('SIGKILL')]);
    // Whatever the moment: the data, the copy and what is kept are two directories with two of three names.
    expect(seen).toHaveLength(2);
    await agents.of('db-2').start();
    if ((await agents.of('db-2').client.reseed('one')).state === 'swapped') break;
  }
  expect(await reaches('one', 'swapped', 'failed', 'stuck')).toMatchObject({ state: 'swapped' });
  expect(await uids('db-2')).toEqual(['only-on-db-1']);
  expect(await besideData()).toEqual(['data', expect.stringMatching(/^data\.kept-/)]);
});

test('a source killed in the middle of a copy: it fails, the server is as it was', async () => {
  await fillWithData(cluster.server('db-1'), 60_000_000);
  await begin('one');
  await until(async () => (await agents.of('db-2').client.reseed('one')).bytes > 0, { what: 'bytes come' });
  await agents.of('db-1').end('SIGKILL');
  const failed = await reaches('one', 'failed', 'prepared');
  expect(failed.state).toBe('failed');
  expect(await besideData()).toEqual(['data']);
  expect(await uids('db-2')).toEqual(['only-on-db-2']);
});

test('a copy on which the server does not start is taken back: its own data are in place, and it runs', async () => {
  await begin('one');
  const { copyDirectory } = await reaches('one', 'prepared', 'failed');
  await writeFile(`${copyDirectory}/ibdata1`, 'no tablespace');
  await agents.of('db-2').client.swapReseed('one');
  const failed = await reaches('one', 'failed', 'swapped', 'stuck');
  expect(failed.state).toBe('failed');
  // A server was started on it, so that it may hold what somebody wrote: it is left.
  expect(failed.error).toContain(`the copy is left in ${copyDirectory}`);
  expect(await uids('db-2')).toEqual(['only-on-db-2']);
  const [row] = await cluster.server('db-2').sql('SELECT @@read_only AS r');
  expect(row).toMatchObject({ r: '1' });
  expect(await readFile(cluster.server('db-2').persistFile, 'utf8')).toBe('[mariadbd]\nread_only=1\n');
});

test('accounts of the source that do not let the agent in: taken back, with the reason', async () => {
  const { user } = cluster.accounts.agent;
  await cluster.server('db-1').sql(`ALTER USER '${user}'@'localhost' IDENTIFIED BY 'another'`);
  // The source's agent knows the new password, as a careful operator would have it.
  const file = cluster.server('db-1').optionsFile;
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(cluster.accounts.agent.password, 'another'));
  await begin('one');
  await reaches('one', 'prepared', 'failed');
  await agents.of('db-2').client.swapReseed('one');
  const failed = await reaches('one', 'failed', 'swapped', 'stuck');
  expect(failed.state).toBe('failed');
  expect(failed.error).toContain('the accounts of the copy do not let this agent in');
  expect(await uids('db-2')).toEqual(['only-on-db-2']);
});

test('a name that is taken beside the data is never written over', async () => {
  await begin('one');
  const { keptDirectory } = await reaches('one', 'prepared', 'failed');
  await mkdir(keptDirectory);
  await writeFile(`${keptDirectory}/somebody`, 'mine');
  await agents.of('db-2').client.swapReseed('one');
  const end = await reaches('one', 'failed', 'swapped', 'stuck');
  expect(end).toMatchObject({ state: 'failed', error: expect.stringContaining(`${keptDirectory} exists already`) });
  expect(await uids('db-2')).toEqual(['only-on-db-2']);
  expect(await readFile(`${keptDirectory}/somebody`, 'utf8')).toBe('mine');
});
