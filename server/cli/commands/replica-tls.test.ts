import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect as openSecurely } from 'node:tls';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openCopy } from '../../agent/open-copy.ts';
import { blankServer } from '../../bootstrap/testing/blank-server.ts';
import { connect } from '../../mariadb/connection.ts';
import type { Authority } from '../../tls/authority.ts';
import type { TlsMaterial } from '../../tls/material.ts';
import { materialOf, testCertificates, type TestCertificates } from '../../tls/testing/certificates.ts';
import { publishedPrimary, type Host, type PublishedPrimary } from '../testing/published-primary.ts';

let scene: PublishedPrimary;
let authority: Authority;
let others: TestCertificates;
beforeAll(async () => {
  scene = await publishedPrimary({ secure: true });
  if (scene.cluster.authority === null) throw new Error('the cluster has no authority');
  authority = scene.cluster.authority;
  others = await testCertificates();
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await others?.[Symbol.asyncDispose]();
});

/** Whether the replication account gets in with this: "in", or why not. */
async function signInAt(host: Host, material: TlsMaterial | null): Promise<string> {
  const password = (await readFile(scene.passwordFile, 'utf8')).trim();
  const account = { host, port: scene.primary.port, user: 'replicating', password };
  try {
    (await connect({ ...account, ...(material && { tls: material }) }, 5000)).destroy();
    return 'in';
  } catch (error) {
    return String(error);
  }
}

test.each(['::1', '127.0.0.1'] as const)('test_replication_user_require_x509, %s', async (host) => {
  const signIn = async (material: TlsMaterial | null): Promise<string> => await signInAt(host, material);
  const good = await materialOf(authority, 'replica');
  const ca = good.ca ?? '';
  expect(await signIn(null)).toMatch(/Access denied/);
  expect(await signIn({ ca })).toMatch(/Access denied/);
  expect(await signIn(good)).toBe('in');
  // And what is no good certificate of that authority.
  await others.foreign.issue([{ name: 'replica', purpose: 'replication', hosts: [] }]);
  expect(await signIn({ ...(await materialOf(others.foreign, 'replica')), ca })).not.toBe('in');
  expect(await signIn({ ...(await others.makeExpired('late')), ca })).not.toBe('in');
  const name = `gone-${host === '::1' ? 6 : 4}`;
  await authority.issue([{ name, purpose: 'replication', hosts: [] }]);
  const gone = await materialOf(authority, name);
  expect(await signIn(gone)).toBe('in');
  await authority.revoke(name, new Date());
  // The agent has the server read its list again.
  await vi.waitFor(async () => expect(await signIn(gone)).not.toBe('in'), { timeout: 20_000, interval: 200 });
  expect(await signIn(good)).toBe('in');
});

/** When the certificate ends that the agent shows at that address to who connects now. */
async function agentShows(host: Host): Promise<string> {
  const { port } = new URL(scene.agentUrl(host));
  const socket = openSecurely({ host, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { valid_to: end } = socket.getPeerCertificate();
  socket.destroy();
  return end;
}

/** The same of the server itself, which stands where the origin has ProxySQL. */
async function serverShows(host: Host): Promise<string> {
  const tls = await materialOf(authority, 'replica');
  const password = (await readFile(scene.passwordFile, 'utf8')).trim();
  const connection = await connect({ host, port: scene.primary.port, user: 'replicating', password, tls }, 5000);
  const [row] = await connection.query("SHOW STATUS LIKE 'Ssl_server_not_after'", { timeoutMs: 5000 });
  connection.destroy();
  return String(row?.['Value']);
}

const renewals = [
  { name: 'test_mariadbackup_url_certificate_renewal', of: 'agent', shows: agentShows },
  { name: 'test_proxysql_server_certificate_renewal', of: 'server-db-1', shows: serverShows },
] as const;
test.each(renewals)('$name: new connections see another end, and nothing was started again', async ({ of, shows }) => {
  const now = async (): Promise<string[]> => [await shows('127.0.0.1'), await shows('::1')];
  const [before] = await now();
  const known = authority.certificates.find(({ name }) => name === of);
  if (!known) throw new Error(`no certificate ${of}`);
  await authority.issue([known], 365);
  await vi.waitFor(async () => expect(await now()).not.toContain(before), { timeout: 20_000, interval: 200 });
});

test('a copy goes from agent to agent with the ticket and a certificate of the authority, and not without', async () => {
  const client = await scene.client('127.0.0.1');
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

test('a new replica is refused with the reason where its certificate is not on the list, and nothing is begun', async () => {
  await authority.issue([{ name: 'stranger', purpose: 'replication', hosts: [] }]);
  const blank = await blankServer(scene.cluster);
  try {
    const ran = await scene.init(blank, '::1', {}, authority.files('stranger'));
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('CN=stranger')]);
    expect(await readdir(blank.server.dataDir)).toEqual([]);
  } finally {
    await blank.remove();
  }
});
