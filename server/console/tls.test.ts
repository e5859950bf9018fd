import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { carryOut } from '../cli/sandbox/carry-out.ts';
import { serveControl } from '../cli/sandbox/control-server.ts';
import { sandboxControl } from '../cli/sandbox/server-control.ts';
import { steadyLoad } from '../cli/sandbox/steady-load.ts';
import type { Operation } from '../contract/operation.ts';
import type { RejoinPlan } from '../contract/rejoin.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { TakeoverPlan } from '../contract/takeover.ts';
import { ask } from '../http/testing/start.ts';
import { connect } from '../mariadb/connection.ts';
import { replicaStatus, type ReplicaStatus } from '../mariadb/replica-status.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { loopbackHosts } from '../sandbox/secure.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import type { Authority } from '../tls/authority.ts';
import { prepareRealConsole, type RealConsole } from './testing/real-console.ts';

let real: RealConsole;
let authority: Authority;
let endControl: (() => Promise<void>) | null = null;
let baton: Awaited<ReturnType<RealConsole['start']>>;
/** An agent that may exchange its server's data. */
const agentOf = ({ name, folder, socket, optionsFile: defaultsFile, persistFile }: SandboxServer): object => ({
  server: { socket, defaultsFile, persistFile, control: sandboxControl(process.execPath, dirname(folder), name) },
});

beforeAll(async () => {
  real = await prepareRealConsole(2, agentOf, { secure: true });
  if (real.cluster.authority === null) throw new Error('the cluster has no authority');
  const load = steadyLoad(real.cluster);
  endControl = await serveControl(real.cluster.dir, async (request) => await carryOut(real.cluster, load, request));
  authority = real.cluster.authority;
  // Now the console can't get in without its certificate.
  const { observe, operate } = real.cluster.accounts;
  for (const server of real.cluster.servers) {
    const required = [observe, operate].map(({ user }) => `ALTER USER '${user}'@'%' REQUIRE X509`);
    await server.sql('SET sql_log_bin=0', ...required, 'SET sql_log_bin=1');
  }
  // On the old primary, which has no connection whose files could be kept.
  const { ca, certificate, key, crl } = authority.files('replication-db-1');
  await real.configure((value) => {
    Object.assign(value.clusters['erp5']?.servers['db-1'] ?? {}, { replicationTls: { ca, certificate, key, crl } });
  });
  baton = await real.start();
});
afterAll(async () => {
  await endControl?.();
  await real?.stop();
});

async function call<T>(method: string, path: string, body?: unknown, status = 200): Promise<T> {
  const answer = await ask(`${baton.url}/api/v1${path}`, {
    method,
    headers: { host: 'console.test', authorization: `Bearer ${baton.token}` },
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}
const soon = { timeout: 30_000, interval: 100 };
/** A copy stops and starts a server by commands, each of them a process. */
const patient = { timeout: 120_000, interval: 100 };
const seen = (change: (cluster: ClusterSnapshot) => void): Promise<void> =>
  vi.waitFor(async () => change(await call<ClusterSnapshot>('GET', '/clusters/erp5')), soon);
const ended = (id: string): Promise<Operation> =>
  vi.waitFor(async () => {
    const operation = await call<Operation>('GET', `/operations/${id}`);
    expect(operation.outcome).not.toBeNull();
    return operation;
  }, patient);
async function statusOf(name: string): Promise<ReplicaStatus | null> {
  const [row] = await real.cluster.server(name).sql('SHOW ALL SLAVES STATUS');
  return row ? replicaStatus(row) : null;
}
/** TLS as a replica has it that uses these files. */
function secured(files: string): object {
  const { ca: caFile, certificate, key, crl } = authority.files(files);
  return { allowed: true, verifyServer: true, caFile, certificate, key, crl, caPath: '', cipher: '', crlPath: '' };
}
/** When the certificate ends that the server shows to who connects now. */
async function shownEnd(name: string): Promise<string> {
  const { certificate, key, ca } = authority.files('console');
  const tls = {
    ca: await readFile(ca, 'utf8'),
    cert: await readFile(certificate, 'utf8'),
    key: await readFile(key, 'utf8'),
  };
  const connection = await connect(
    { ...real.cluster.server(name).address, ...real.cluster.accounts.observe, tls },
    5000,
  );
  const [row] = await connection.query("SHOW STATUS LIKE 'Ssl_server_not_after'", { timeoutMs: 2000 });
  connection.destroy();
  return String(row?.['Value']);
}

test('servers and agents that ask for a certificate are seen', async () => {
  await seen(({ servers }) => {
    expect(servers.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    expect(servers.map(({ agent }) => agent.state)).toEqual(['up', 'up', 'up']);
    expect(servers.map(({ role }) => role)).toEqual(['primary', 'replica', 'replica']);
  });
});

test('a switchover over TLS proves the account from each follower, and keeps what each connection had', async () => {
  const before = await statusOf('db-3');
  expect(before?.ssl).toEqual(secured('replication-db-3'));
  // How far they are behind is known a look or two after they are seen.
  const plan = await vi.waitFor(async () => {
    const made = await call<TakeoverPlan>('POST', '/clusters/erp5/takeover-plans', { target: 'db-2' });
    expect(made.checks.filter(({ level }) => level === 'block')).toEqual([]);
    return made;
  }, soon);
  expect(plan.checks.find(({ code }) => code === 'replication-account-proven')).toMatchObject({
    level: 'pass',
    text: expect.stringContaining('signs in to db-2 from db-1 and db-3'),
  });
  const repoint = plan.steps.find(({ id }) => id === 're-point-old')?.statements.join('; ');
  expect(repoint).toContain(authority.files('replication-db-1').certificate);
  const { operationId } = await call<{ operationId: string }>(
    'POST',
    '/clusters/erp5/takeovers',
    { planId: plan.id, accept: plan.checks.filter(({ level }) => level === 'warn').map(({ code }) => code) },
    202,
  );
  expect((await ended(operationId)).outcome).toMatch(/^succeeded/);
  for (const name of ['db-1', 'db-3']) {
    await caughtUp(real.cluster.server(name), real.cluster.server('db-2'));
    expect((await statusOf(name))?.ssl).toEqual(secured(`replication-${name}`));
  }
});

test('a server that forgot whom it followed is rejoined over TLS, as the others are', async () => {
  await caughtUp(real.cluster.server('db-3'), real.cluster.server('db-2'));
  await real.cluster.server('db-3').sql('STOP SLAVE', 'RESET SLAVE ALL');
  await seen(({ problems }) => expect(problems.map(({ code }) => code)).toContain('replica-not-following'));
  const plan = await call<RejoinPlan>('POST', '/clusters/erp5/servers/db-3/rejoin-plans', {});
  expect(plan.checks.filter(({ level }) => level === 'block')).toEqual([]);
  const { operationId } = await call<{ operationId: string }>('POST', '/clusters/erp5/servers/db-3/rejoin', {}, 202);
  expect(await ended(operationId)).toMatchObject({ outcome: 'succeeded' });
  // Nothing is configured for it and it had nothing: it is connected as db-1 is.
  expect(await statusOf('db-3')).toMatchObject({ ioThread: 'running', ssl: secured('replication-db-1') });
});

test('a server with transactions of its own gets a copy from agent to agent, each known by its certificate', async () => {
  const [primary, apart] = [real.cluster.server('db-2'), real.cluster.server('db-1')];
  await caughtUp(apart, primary);
  await apart.sql('STOP SLAVE', 'RESET SLAVE ALL', "INSERT INTO shop.orders (uid) VALUES ('own')");
  await seen(({ servers }) => expect(servers[0]).toMatchObject({ role: 'standalone', errantGtid: /./ }));
  const plan = await call<RejoinPlan>('POST', '/clusters/erp5/servers/db-1/rejoin-plans', { setAside: true });
  expect(plan).toMatchObject({ blocked: false, confirm: 'db-1' });
  const asked = { setAside: true, confirm: 'db-1' };
  const { operationId } = await call<{ operationId: string }>('POST', '/clusters/erp5/servers/db-1/rejoin', asked, 202);
  expect(await ended(operationId)).toMatchObject({ kind: 'reseed', outcome: 'succeeded-with-follow-ups' });
  await primary.sql("INSERT INTO shop.orders (uid) VALUES ('after the copy')");
  await caughtUp(apart, primary);
  expect(await statusOf('db-1')).toMatchObject({ ioThread: 'running', ssl: secured('replication-db-1') });
  const [mine, theirs] = await Promise.all(
    [apart, primary].map((server) => server.sql('CHECKSUM TABLE shop.orders EXTENDED')),
  );
  expect(mine).toEqual(theirs);
  expect(await apart.sql("SELECT uid FROM shop.orders WHERE uid = 'own'")).toEqual([]);
}, 150_000);

test('certificates renewed under running replication: it goes on, and new connections see the new one', async () => {
  const [primary, replica] = [real.cluster.server('db-2'), real.cluster.server('db-1')];
  const before = await shownEnd('db-2');
  const position = async (): Promise<unknown> => (await primary.sql('SELECT @@gtid_binlog_pos AS at'))[0]?.['at'];
  const stood = await position();
  for (const name of ['server-db-2', 'server-db-1', 'replication-db-1', 'agent-db-2', 'console']) {
    const known = authority.certificates.find((one) => one.name === name);
    if (!known) throw new Error(`no certificate ${name}`);
    await authority.issue([{ name, purpose: known.purpose, hosts: known.hosts }], 365);
  }
  await vi.waitFor(async () => expect(await shownEnd('db-2')).not.toBe(before), soon);
  // Reading it again left no transaction of the server's own.
  expect(await position()).toBe(stood);
  expect(await statusOf('db-1')).toMatchObject({ ioThread: 'running', ioError: null });
  await primary.sql("INSERT INTO shop.orders (uid) VALUES ('after-renewal')");
  await caughtUp(replica, primary);
  // A new connection, with the replica's own new certificate.
  await replica.sql('STOP SLAVE IO_THREAD', 'START SLAVE IO_THREAD');
  await caughtUp(replica, primary);
  await seen(({ servers }) =>
    expect(servers.map(({ agent, state }) => `${agent.state} ${state}`)).toEqual(['up up', 'up up', 'up up']),
  );
});

test('a server whose certificate was revoked is refused, and the page says so, until it shows another one', async () => {
  await authority.revoke('server-db-3', new Date());
  await seen(({ servers, problems }) => {
    expect(servers.map(({ reason }) => reason)).toEqual([null, null, 'tls']);
    expect(servers[2]).toMatchObject({
      state: 'unreachable',
      detail: expect.stringContaining('its certificate is revoked'),
    });
    expect(problems.map(({ text }) => text).join()).toContain('its certificate is revoked');
  });
  await authority.issue([{ name: 'server-db-3', purpose: 'server', hosts: [...loopbackHosts] }]);
  await seen(({ servers }) => expect(servers.map(({ state }) => state)).toEqual(['up', 'up', 'up']));
});

test('a revoked certificate of the console is refused by the agents and by the servers, and the page says so', async () => {
  await authority.revoke('console', new Date());
  await seen(({ servers, problems }) => {
    expect(servers.map(({ agent }) => agent.state)).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect(problems.find(({ code }) => code === 'agent-unreachable')?.text).toMatch(
      /^The agent of db-1 refused the connection: The client certificate CN=console is revoked\./,
    );
  });
  // They read the list when it has rested; connections that are open go on, new ones are refused.
  await vi.waitFor(
    async () => await expect(shownEnd('db-2')).rejects.toThrow(/certificate revoked|closed|lost/i),
    soon,
  );
});
