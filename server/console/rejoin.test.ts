import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AuditEntry } from '../contract/access.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { Operation } from '../contract/operation.ts';
import type { ExtraTransactions, RejoinPlan } from '../contract/rejoin.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { TakeoverPlan } from '../contract/takeover.ts';
import { ask } from '../http/testing/start.ts';
import { stopReplication } from '../sandbox/faults.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import { prepareRealConsole, type RealConsole } from './testing/real-console.ts';

let real: RealConsole;
let baton: Awaited<ReturnType<RealConsole['start']>>;
beforeAll(async () => {
  real = await prepareRealConsole();
  baton = await real.start();
});
afterAll(() => real.stop());

async function answer(method: string, path: string, body?: unknown, accept = 'application/json') {
  return await ask(`${baton.url}/api/v1${path}`, {
    method,
    headers: { host: 'console.test', authorization: `Bearer ${baton.token}`, accept },
    ...(body === undefined ? {} : { body }),
  });
}
async function call<T>(method: string, path: string, body?: unknown, status = 200): Promise<T> {
  const { status: answered, text } = await answer(method, path, body);
  if (answered !== status) throw new Error(`${method} ${path}: ${answered} ${text}`);
  return JSON.parse(text);
}
const soon = { timeout: 30_000, interval: 100 };
const ended = (id: string): Promise<Operation> =>
  vi.waitFor(async () => {
    const operation = await call<Operation>('GET', `/operations/${id}`);
    expect(operation.outcome).not.toBeNull();
    return operation;
  }, soon);
const seen = (change: (cluster: ClusterSnapshot) => void): Promise<void> =>
  vi.waitFor(async () => change(await call<ClusterSnapshot>('GET', '/clusters/erp5')), soon);

test('a replica that follows nobody is shown with its remedy, rejoined by one request, and kept read-only by its agent', async () => {
  const server = real.cluster.server('db-3');
  await caughtUp(server, real.cluster.server('db-1'));
  await server.sql('STOP SLAVE', 'RESET SLAVE ALL');
  await seen(({ problems }) =>
    expect(problems.find(({ code }) => code === 'replica-not-following')?.fix).toBe(
      'Rejoin db-3: baton rejoin erp5/db-3',
    ),
  );
  const plan = await call<RejoinPlan>('POST', '/clusters/erp5/servers/db-3/rejoin-plans', {});
  expect(plan).toMatchObject({ server: 'db-3', primary: 'db-1', blocked: false, extraTransactions: { count: 0 } });
  expect(plan.checks.filter(({ level }) => level !== 'pass')).toEqual([]);
  const { operationId } = await call<{ operationId: string }>('POST', '/clusters/erp5/servers/db-3/rejoin', {}, 202);
  expect(await ended(operationId)).toMatchObject({ kind: 'rejoin', target: 'db-3', outcome: 'succeeded' });
  expect(await followed(server)).toMatchObject({ ioRunning: true, sqlRunning: true });
  expect(await readFile(server.persistFile, 'utf8')).toContain('read_only=1');
  const again = await call<ErrorBody>('POST', '/clusters/erp5/servers/db-3/rejoin', {}, 422);
  expect(again.error.message).toBe('db-3 follows db-1 already');
});

test('after a failover what only the old primary has is listed, exported as SQL by its agent, and keeps it from rejoining', async () => {
  const primary = real.cluster.server('db-1');
  for (const name of ['db-2', 'db-3']) {
    await caughtUp(real.cluster.server(name), primary);
    await stopReplication(real.cluster.server(name), 'io');
  }
  await primary.sql(...['one', 'two'].map((n) => `INSERT INTO shop.orders (uid) VALUES ('only-on-db-1-${n}')`));
  const [row] = await primary.sql('SELECT @@gtid_binlog_pos AS position');
  const last = Number(String(row?.['position']).split('-')[2]);
  await primary.kill();
  await seen(({ servers }) => expect(servers[0]?.state).toBe('unreachable'));
  const plan = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-2', kind: 'failover' });
  const accept = plan.checks.filter(({ level }) => level === 'block').map(({ code }) => code);
  const body = { planId: plan.id, accept, confirm: 'db-2' };
  const failover = await call<{ operationId: string }>('POST', '/clusters/erp5/takeovers', body, 202);
  expect((await ended(failover.operationId)).outcome).toMatch(/^succeeded/);
  await real.cluster.server('db-2').sql("INSERT INTO shop.orders (uid) VALUES ('after')");
  // Where its agent could not be asked by the failover, one request keeps it from taking writes: also while it is down.
  expect(await call('POST', '/clusters/erp5/servers/db-1/keep-read-only', {})).toEqual({ readOnly: true });
  await primary.start();
  await seen(({ servers, primary: now }) => expect([servers[0]?.state, now]).toEqual(['up', 'db-2']));

  const path = '/clusters/erp5/servers/db-1/extra-transactions';
  expect(await call<ExtraTransactions>('GET', path)).toMatchObject({
    server: 'db-1',
    primary: 'db-2',
    count: 2,
    ranges: [{ from: `0-1-${last - 1}`, to: `0-1-${last}`, count: 2 }],
  });
  for (const sql of [
    await answer('GET', `${path}?format=sql`),
    await answer('GET', path, undefined, 'application/sql'),
  ]) {
    expect(sql.status).toBe(200);
    expect(sql.headers['content-type']).toBe('application/sql; charset=utf-8');
    expect(sql.headers['content-disposition']).toBe('attachment; filename="db-1-extra-transactions.sql"');
    expect(sql.text).toContain("INSERT INTO shop.orders (uid) VALUES ('only-on-db-1-one')");
    expect(sql.text).toContain("'only-on-db-1-two'");
    expect([...sql.text.matchAll(/\tGTID (\S+)/g)].map(([, gtid]) => gtid)).toEqual([`0-1-${last - 1}`, `0-1-${last}`]);
  }
  const audit = await call<AuditEntry[]>('GET', '/audit?cluster=erp5');
  expect(audit[0]).toMatchObject({ action: 'extra-transactions-export', object: 'db-1' });

  const { error } = await call<ErrorBody>('POST', '/clusters/erp5/servers/db-1/rejoin', {}, 422);
  expect(error.message).toContain(`db-1 has 2 transactions that db-2 does not have: 0-1-${last - 1}…${last}`);
  expect(error.next).toContain('Export them as SQL');
  expect(error.details).toMatchObject({ extraTransactions: { count: 2 }, followUps: [{ method: 'GET' }, {}] });
  // Its agent has kept it from taking writes since the failover fenced it.
  await seen(({ servers }) => expect(servers[0]).toMatchObject({ readOnly: true, replication: [] }));
  await vi.waitFor(async () => {
    const report = await call<Operation>('GET', `/operations/${failover.operationId}`);
    expect(report.followUps.map(({ path: at }) => at)).toContain(`/api/v1${path}?format=sql`);
  }, soon);
});
