import { createHash } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { placeBackup } from '../backups/fixtures.ts';
import type { AuditEntry } from '../contract/access.ts';
import type { BackupRun } from '../contract/agent.ts';
import type { DumpCatalogue } from '../contract/dumps.ts';
import type { Operation } from '../contract/operation.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { TakeoverPlan } from '../contract/takeover.ts';
import { ask, errorOf } from '../http/testing/start.ts';
import { prepareRealConsole, type RealConsole } from './testing/real-console.ts';
import type { RunningConsole } from './start-console.ts';

let real: RealConsole;
let baton: { console: RunningConsole; url: string; token: string };
beforeAll(async () => {
  real = await prepareRealConsole();
  baton = await real.start();
});
afterAll(() => real.stop());

async function call<T>(method: string, path: string, body?: unknown, status = 200): Promise<T> {
  const answer = await ask(`${baton.url}/api/v1${path}`, {
    method,
    headers: { host: 'console.test', authorization: `Bearer ${baton.token}` },
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}
const within20s = { timeout: 20_000, interval: 100 };
const seen = async (change: (cluster: ClusterSnapshot) => void): Promise<ClusterSnapshot> =>
  vi.waitFor(async () => {
    const cluster = await call<ClusterSnapshot>('GET', '/clusters/erp5');
    expect(cluster.servers.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    change(cluster);
    return cluster;
  }, within20s);
const healthy = (): Promise<ClusterSnapshot> =>
  seen(({ servers }) => expect(servers.map(({ agent }) => agent.state)).toEqual(['up', 'up', 'up']));

test('a real cluster is seen: roles, positions, agents, and what is missing', async () => {
  const cluster = await healthy();
  expect(cluster).toMatchObject({ name: 'erp5', primary: 'db-1', sandbox: true, operationId: null });
  expect(cluster.servers.map(({ name, role }) => `${name} ${role}`)).toEqual([
    'db-1 primary',
    'db-2 replica',
    'db-3 replica',
  ]);
  expect(cluster.problems.map(({ code }) => code)).toContain('dump-missing');
});

test('nothing kills servers that the configuration does not call throw-away ones, with the way to do it', async () => {
  const { error } = await call<{ error: { message: string } }>('POST', '/clusters/erp5/sandbox/kill', {}, 422);
  expect(error.message).toContain('no sandbox whose servers may be killed');
  expect(real.cluster.servers.map((server) => server.alive())).toEqual([true, true, true]);
});

test('a dump is made on request, listed, downloaded with its checksum, and in the audit', async () => {
  const run = await call<BackupRun>('POST', '/clusters/erp5/servers/db-2/backups', {}, 202);
  await vi.waitFor(async () => {
    const now = await call<BackupRun>('GET', `/clusters/erp5/servers/db-2/backups/${run.id}`);
    expect([now.state, now.error]).toEqual(['done', null]);
  }, within20s);
  const dump = await vi.waitFor(async () => {
    const { dumps } = await call<DumpCatalogue>('GET', '/clusters/erp5/dumps?detail=1');
    expect(dumps).toHaveLength(1);
    return dumps[0];
  }, within20s);
  expect(dump).toMatchObject({ server: 'db-2', method: 'dump' });
  const sha256 = await new Promise<string>((resolve, reject) => {
    const headers = { host: 'console.test', authorization: `Bearer ${baton.token}` };
    const asked = request(`${baton.url}/api/v1/clusters/erp5/dumps/latest`, { headers }, (answer) => {
      const hash = createHash('sha256');
      answer.on('data', (piece: Buffer) => hash.update(piece));
      answer.once('end', () => resolve(hash.digest('hex')));
    });
    asked.once('error', reject);
    asked.end();
  });
  expect(sha256).toBe(dump?.sha256);
  await vi.waitFor(async () => {
    const audit = await call<AuditEntry[]>('GET', '/audit?cluster=erp5');
    expect(audit.map(({ action, result }) => `${action} ${result}`)).toEqual([
      expect.stringMatching(/^dump-download done: \d+ bytes/),
      expect.stringMatching(/^dump-download begun: \d+ bytes/),
      'dump-request asked',
    ]);
  }, within20s);
  const { lastDownload } = await call<DumpCatalogue>('GET', '/clusters/erp5/dumps?detail=1');
  expect(lastDownload?.actor).toMatch(/^token:/);
});

test.each(['db-9/x', 'db-1/..%2f..%2fbaton.yaml', 'db-2/.agent%2flog', '..%2fdb-2/x'])(
  'a dump that is none of the catalogue (%s) is 404',
  async (path) => {
    const headers = { host: 'console.test', authorization: `Bearer ${baton.token}` };
    const answer = await ask(`${baton.url}/api/v1/clusters/erp5/dumps/${path}`, { headers });
    expect([answer.status, errorOf(answer).code]).toEqual([404, 'not-found']);
  },
);

describe('a takeover through the API', () => {
  test('runs, is seen live by its events, and stands in the audit', async () => {
    await healthy();
    const plan = await vi.waitFor(async () => {
      const made = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-2' });
      expect(made.checks.filter(({ level }) => level === 'block')).toEqual([]);
      return made;
    }, within20s);
    expect(plan).toMatchObject({ kind: 'switchover', confirm: null, blocked: false });
    const key = { 'idempotency-key': 'k1' };
    const body = { planId: plan.id, accept: [], dryRun: false };
    const twice = await Promise.all(
      [0, 1].map(() =>
        ask(`${baton.url}/api/v1/clusters/erp5/takeovers`, {
          method: 'POST',
          body,
          headers: { host: 'console.test', authorization: `Bearer ${baton.token}`, ...key },
        }),
      ),
    );
    expect(twice.map(({ status }) => status)).toEqual([202, 202]);
    expect(twice[0]?.text).toBe(twice[1]?.text);
    const { operationId } = JSON.parse(twice[0]?.text ?? '{}');
    const end = await ask(`${baton.url}/api/v1/operations/${operationId}/events`, {
      headers: { host: 'console.test', authorization: `Bearer ${baton.token}` },
    });
    expect(end.text).toMatch(/"outcome":"succeeded/);
    const operation = await call<Operation>('GET', `/operations/${operationId}`);
    expect(operation.outcome).toMatch(/^succeeded/);
    expect(operation.writeOutageMs).not.toBeNull();
    await seen(({ primary }) => expect(primary).toBe('db-2'));
    // Its end is written behind the answer that tells of it.
    await vi.waitFor(async () => {
      const audit = await call<AuditEntry[]>('GET', '/audit?cluster=erp5&limit=3');
      expect(audit.map(({ action, result, operationId: id }) => [action, result.split(':')[0], id])).toEqual([
        ['switchover', operation.outcome, operationId],
        ['switchover', 'begun', operationId],
        ['takeover', 'asked', null],
      ]);
    }, within20s);
  });

  test('of a server that is the primary already is refused with its checks', async () => {
    const plan = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-2' });
    expect(plan.blocked).toBe(true);
    await call('POST', '/clusters/erp5/takeovers', { planId: plan.id }, 422);
    await call('POST', '/clusters/erp5/takeover-plans', { target: 'db-9' }, 404);
    await call('POST', '/clusters/erp5/takeovers', { planId: 'never-made' }, 409);
  });
});

test('an agent that is down is told as such, and all else goes on without it', async () => {
  const { name } = await placeBackup(
    join(real.folder, 'backups-db-3'),
    Buffer.from('x'),
    '2026-01-01T01:00:00Z',
    'db-3',
  );
  await vi.waitFor(async () => {
    const dumps = await call<{ name: string }[]>('GET', '/clusters/erp5/dumps');
    expect(dumps.map((dump) => dump.name)).toContain(name);
  }, within20s);
  await real.agents.get('db-3')?.close();
  await seen(({ problems }) =>
    expect(problems.map(({ code, server }) => `${code} ${server}`)).toContain('agent-unreachable db-3'),
  );
  const answer = await ask(`${baton.url}/api/v1/clusters/erp5/servers/db-3/backups`, {
    method: 'POST',
    headers: { host: 'console.test', authorization: `Bearer ${baton.token}` },
    body: {},
  });
  expect([answer.status, errorOf(answer).code]).toEqual([503, 'unavailable']);
  await call('GET', `/clusters/erp5/dumps/db-3/${name}`, undefined, 503);
  await vi.waitFor(async () => {
    const [end] = await call<AuditEntry[]>('GET', '/audit?limit=1');
    expect([end?.object, end?.result]).toEqual([`db-3/${name}`, expect.stringMatching(/^failed: The agent of db-3/)]);
  }, within20s);
});

test('metrics tell lag, state and roles by name', async () => {
  const headers = { host: 'console.test', authorization: `Bearer ${baton.token}` };
  const { text } = await ask(`${baton.url}/metrics`, { headers });
  expect(text).toMatch(/^baton_server_up\{cluster="erp5",server="db-1"\} 1$/m);
  expect(text).toMatch(/^baton_server_role\{cluster="erp5",server="db-2",role="primary"\} 1$/m);
  expect(text).toMatch(/^baton_replica_lag_seconds\{cluster="erp5",server="db-1",connection=""\} [\d.e-]+$/m);
  expect(text).toMatch(/^baton_agent_up\{cluster="erp5",server="db-3"\} 0$/m);
  expect(text).toMatch(/^baton_dump_age_seconds\{cluster="erp5",server="db-2"\} /m);
  expect(text).toMatch(/^baton_operations_total\{cluster="erp5",kind="switchover",outcome="succeeded[^"]*"\} 1$/m);
  expect(text).toMatch(/^process_cpu_seconds_total /m);
  expect((await ask(`${baton.url}/metrics`, { headers: { host: 'console.test' } })).status).toBe(401);
});

describe('reload', () => {
  test('a wrong file leaves the old configuration in force, and names what is wrong', async () => {
    await real.configure((value) => (value.clusters['erp5'] = { servers: {} }));
    await expect(baton.console.reload()).rejects.toThrow(/baton\.yaml:\d+: clusters\.erp5/);
    expect(await call<ClusterSnapshot[]>('GET', '/clusters')).toHaveLength(1);
  });
  test('clusters come, change and go; a host name is allowed from then on', async () => {
    await real.configure((value) => {
      const { erp5 } = value.clusters;
      if (!erp5) return;
      value.clusters['wiki'] = { ...erp5, servers: { only: { url: 'mysql://127.0.0.1:1' } } };
      erp5['lag'] = { warnSeconds: 1, criticalSeconds: 2 };
      value.console['hosts'] = ['other.test'];
    });
    await baton.console.reload();
    const clusters = await call<ClusterSnapshot[]>('GET', '/clusters');
    expect(clusters.map(({ name }) => name).toSorted()).toEqual(['erp5', 'wiki']);
    expect(clusters.find(({ name }) => name === 'erp5')?.lag.warnSeconds).toBe(1);
    expect((await ask(`${baton.url}/api/v1/health`, { headers: { host: 'other.test' } })).status).toBe(200);
    await real.configure();
    await baton.console.reload();
    expect(await call<ClusterSnapshot[]>('GET', '/clusters')).toHaveLength(1);
    expect((await ask(`${baton.url}/api/v1/health`, { headers: { host: 'other.test' } })).status).toBe(421);
    expect((await seen(({ primary }) => expect(primary).toBe('db-2'))).lag.warnSeconds).toBe(5);
  });
});

test('a store that cannot be written: status goes on, acting is refused with the reason and nothing is begun', async () => {
  await seen(({ primary }) => expect(primary).toBe('db-2'));
  const plan = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-1' });
  const before = await call<Operation[]>('GET', '/operations');
  const other = new DatabaseSync(join(real.folder, 'console.sqlite'));
  other.prepare('BEGIN IMMEDIATE').run();
  try {
    const refused = await ask(`${baton.url}/api/v1/clusters/erp5/takeovers`, {
      method: 'POST',
      headers: { host: 'console.test', authorization: `Bearer ${baton.token}` },
      body: { planId: plan.id },
    });
    expect([refused.status, errorOf(refused).code]).toEqual([503, 'unavailable']);
    expect(errorOf(refused).message).toMatch(/store|lock/i);
    expect((await call<ClusterSnapshot>('GET', '/clusters/erp5')).servers).toHaveLength(3);
  } finally {
    other.prepare('ROLLBACK').run();
    other.close();
  }
  expect(await call<Operation[]>('GET', '/operations')).toEqual(before);
  expect((await call<ClusterSnapshot>('GET', '/clusters/erp5')).primary).toBe('db-2');
});

describe('the end', () => {
  test('comes within seconds though streams are open, and the next console knows what was', async () => {
    const stream = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { host: 'console.test', authorization: `Bearer ${baton.token}` };
      request(`${baton.url}/api/v1/events`, { headers }, resolve).once('error', reject).end();
    });
    const read = stream.toArray();
    const begun = Date.now();
    await Promise.all([baton.console.close(), baton.console.close()]);
    expect(Date.now() - begun).toBeLessThan(5000);
    expect(Buffer.concat(await read).toString()).toContain('event: snapshot');
    await expect(call('GET', '/health')).rejects.toThrow('ECONNREFUSED');
    baton = await real.start();
    expect(await call<Operation[]>('GET', '/operations')).toHaveLength(1);
    await seen(({ primary }) => expect(primary).toBe('db-2'));
  });

  test('waits for a takeover that runs: cancelled and restored, or finished, but in the journal with its end', async () => {
    const plan = await vi.waitFor(async () => {
      const made = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-1' });
      expect(made.blocked).toBe(false);
      return made;
    }, within20s);
    const { operationId } = await call<{ operationId: string }>(
      'POST',
      '/clusters/erp5/takeovers',
      { planId: plan.id },
      202,
    );
    await baton.console.close();
    baton = await real.start();
    const operation = await call<Operation>('GET', `/operations/${operationId}`);
    expect(['cancelled-restored', 'succeeded', 'succeeded-with-follow-ups']).toContain(operation.outcome);
    const primary = operation.outcome === 'cancelled-restored' ? 'db-2' : 'db-1';
    await seen((cluster) => expect(cluster.primary).toBe(primary));
    await seen(({ servers }) => expect(servers.find(({ name }) => name === primary)?.readOnly).toBe(false));
  });
});
