import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AgentClient } from '../../agent/client.ts';
import { openCopy } from '../../agent/open-copy.ts';
import { startAgent, type RunningAgent } from '../../agent/start-agent.ts';
import { blankServer, type BlankServer } from '../../bootstrap/testing/blank-server.ts';
import { agentConfiguration } from '../../contract/configuration/agent.ts';
import { connect } from '../../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { until } from '../../sandbox/until.ts';
import { caughtUp } from '../../sandbox/replication.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import type { Authority } from '../../tls/authority.ts';
import type { TlsMaterial } from '../../tls/material.ts';
import { materialOf, testCertificates, type TestCertificates } from '../../tls/testing/certificates.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let cluster: SandboxCluster;
let primary: SandboxServer;
let authority: Authority;
let others: TestCertificates;
let folder: string;
const agents = new Map<string, RunningAgent>();
/** What the primary publishes, by the family of its agent's address. */
const published = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-replica-tls-'));
  cluster = await createCluster({ replicas: 0, secure: true, settings: { bind_address: '*' } });
  if (cluster.authority === null) throw new Error('the cluster has no authority');
  authority = cluster.authority;
  primary = cluster.server('db-1');
  others = await testCertificates();
  await authority.issue([
    { name: 'agent', purpose: 'agent', hosts: ['127.0.0.1', '::1'] },
    { name: 'console', purpose: 'console', hosts: [] },
    { name: 'replica', purpose: 'replication', hosts: [] },
  ]);
  const { certificate, key, ca: clientCa, crl: clientCrl } = authority.files('agent');
  const backups = join(folder, 'backups');
  await mkdir(backups, { mode: 0o700 });
  for (const host of ['127.0.0.1', '[::1]']) {
    const configuration = agentConfiguration.parse({
      listen: `${host}:0`,
      name: 'db-1',
      server: { socket: primary.socket, defaultsFile: primary.optionsFile, persistFile: primary.persistFile },
      tls: { certificate, key, clientCa, clientCrl, clients: { console: ['console'], replica: ['replica'] } },
      stateDirectory: join(folder, `state-${agents.size}`),
      backups: { directory: backups, method: ['dump', 'mariabackup'] },
    });
    const agent = await startAgent(configuration, pino({ level: 'silent' }));
    agents.set(host, agent);
    const config = join(folder, 'baton.yaml');
    const address = `{ user: replicating, passwordFile: ${folder}/password, address: '${host}:${primary.port}' }`;
    await writeFile(
      config,
      `agent:
  listen: '${new URL(agent.url).host}'
  name: db-1
  server: { socket: ${primary.socket}, defaultsFile: ${primary.optionsFile} }
  tls: { certificate: ${certificate}, key: ${key}, clientCa: ${clientCa}, clients: { replica: [replica] } }
  backups: { directory: ${backups} }
  primary: ${address}
`,
    );
    const ran = await runBaton([
      'primary',
      'init',
      '--config',
      config,
      ...(host === '127.0.0.1' ? ['--require-x509'] : []),
    ]);
    if (ran.code !== 0) throw new Error(ran.stderr);
    published.set(host, ran.stdout);
  }
  await primary.sql("INSERT INTO shop.orders (uid) VALUES ('before')");
});
afterAll(async () => {
  await Promise.all([...agents.values()].map((agent) => agent.close()));
  await cluster.stop();
  await others[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Whether the replication account gets in with this: "in", or why not. */
async function signIn(material: TlsMaterial | null): Promise<string> {
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
  const account = { host: '127.0.0.1', port: primary.port, user: 'replicating', password };
  try {
    (await connect({ ...account, ...(material && { tls: material }) }, 5000)).destroy();
    return 'in';
  } catch (error) {
    return String(error);
  }
}

test('test_replication_user_require_x509', async () => {
  const good = await materialOf(authority, 'replica');
  const ca = good.ca ?? '';
  expect(await signIn(null)).toMatch(/Access denied/);
  expect(await signIn({ ca })).toMatch(/Access denied/);
  expect(await signIn(good)).toBe('in');
  // And what is no good certificate of that authority.
  await others.foreign.issue([{ name: 'replica', purpose: 'replication', hosts: [] }]);
  expect(await signIn({ ...(await materialOf(others.foreign, 'replica')), ca })).not.toBe('in');
  expect(await signIn({ ...(await others.makeExpired('late')), ca })).not.toBe('in');
  await authority.issue([{ name: 'gone', purpose: 'replication', hosts: [] }]);
  const gone = await materialOf(authority, 'gone');
  expect(await signIn(gone)).toBe('in');
  await authority.revoke('gone', new Date());
  // The agent has the server read its list again.
  await vi.waitFor(async () => expect(await signIn(gone)).not.toBe('in'), { timeout: 20_000, interval: 200 });
  expect(await signIn(good)).toBe('in');
});

const init = async (blank: BlankServer, host: string, files: string, change: object = {}): Promise<Ran> => {
  const { ca, certificate, key } = authority.files(files);
  const tls = ['--ca', ca, '--certificate', certificate, '--key', key];
  const input = JSON.stringify({ ...JSON.parse(published.get(host) ?? ''), ...change });
  const argv = ['replica', 'init', '--defaults-file', blank.server.optionsFile, '--parameters', '-', ...tls];
  return await runBaton(argv, { input });
};
const follows = async (blank: BlankServer): Promise<void> => {
  await blank.server.start();
  await caughtUp(blank.server, primary);
  const [status] = await blank.server.sql('SHOW ALL SLAVES STATUS');
  const { certificate } = authority.files('replica');
  expect(status).toMatchObject({ Master_SSL_Allowed: 'Yes', Master_SSL_Cert: certificate });
  expect(status).toMatchObject({ Master_SSL_Verify_Server_Cert: 'Yes' });
  const [row] = await blank.server.sql("SELECT COUNT(*) AS found FROM shop.orders WHERE uid = 'before'");
  expect(row).toMatchObject({ found: '1' });
};
const asConsole = async (): Promise<AgentClient> => {
  const material = await materialOf(authority, 'console');
  const url = agents.get('127.0.0.1')?.url ?? '';
  return new AgentClient({ server: 'db-1', url, token: '', secure: { material: () => material } });
};

/** Has the agent take a backup by that method, unless there is one. */
async function haveBackup(method: 'dump' | 'mariabackup'): Promise<void> {
  const client = await asConsole();
  if (!(await client.backups()).some((backup) => backup.method === method)) {
    const { id } = await client.takeBackup({ method });
    await until(async () => (await client.backupRun(id)).state === 'done', { what: `a ${method}`, timeoutMs: 60_000 });
  }
  client.close();
}

test('a copy goes from agent to agent with the ticket and a certificate of the authority, and not without', async () => {
  const client = await asConsole();
  const source = await client.offerCopy();
  const { ca = '' } = await materialOf(authority, 'agent');
  const { signal } = new AbortController();
  await expect(openCopy(source, { ca }, signal)).rejects.toThrow('needs a client certificate, and none was shown');
  const copy = await openCopy(source, await materialOf(authority, 'agent'), signal);
  let bytes = 0;
  for await (const chunk of copy.body) bytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
  expect(bytes).toBeGreaterThan(100_000);
  expect(copy.whole()?.bytes).toBe(bytes);
  client.close();
});

describe('a new replica over TLS, known by its certificate alone,', () => {
  test.each([
    ['test_caucase_no_bootstrap', '[::1]', { 'replication-bootstrap-url': '' }, null],
    ['test_caucase_ipv4_no_bootstrap', '127.0.0.1', { 'replication-bootstrap-url': '' }, null],
    ['test_caucase_bootstrap_from_dump', '[::1]', {}, 'dump'],
    ['test_caucase_ipv4_bootstrap_from_dump', '127.0.0.1', {}, 'dump'],
    ['test_caucase_bootstrap_from_mariabackup', '[::1]', {}, 'mariabackup'],
    ['test_caucase_ipv4_bootstrap_from_mariabackup', '127.0.0.1', {}, 'mariabackup'],
  ] as const)('%s', async (_name, host, change, method) => {
    if (method !== null) await haveBackup(method);
    const blank = await blankServer(cluster);
    try {
      const ran = await init(blank, host, 'replica', change);
      expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Replicating')]);
      await follows(blank);
    } finally {
      await blank.remove();
    }
  });

  test('is refused with the reason where its certificate is not on the list, and nothing is begun', async () => {
    await authority.issue([{ name: 'stranger', purpose: 'replication', hosts: [] }]);
    const blank = await blankServer(cluster);
    try {
      const ran = await init(blank, '[::1]', 'stranger');
      expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('CN=stranger')]);
      expect(await readdir(blank.server.dataDir)).toEqual([]);
    } finally {
      await blank.remove();
    }
  });
});
