import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-tls-'));
  dir = join(folder, 'tls');
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

const files = z.object({ certificate: z.string(), key: z.string(), ca: z.string(), crl: z.string() });
const shown = z.object({
  certificates: z.array(
    z.object({ name: z.string(), isNew: z.boolean(), fingerprint: z.string(), until: z.string(), files }),
  ),
});
type Shown = z.infer<typeof shown>['certificates'];
async function tls(...args: string[]): Promise<Shown> {
  const ran = await runBaton(['tls', ...args, '--dir', dir, '--json']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return shown.parse(JSON.parse(ran.stdout)).certificates;
}
const named = (all: Shown, name: string): Shown[number] => {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no certificate ${name}`);
  return found;
};
const init = [
  'init',
  '--console',
  'console.example.com',
  '--server',
  'db-1=2001:db8::1,db-1.example.com',
  'db-2=10.0.0.2',
];

test('certificates are made for the console and for each server, good for their hosts, with keys for nobody else to read', async () => {
  const made = await tls(...init);
  expect(made.map(({ name }) => name)).toEqual([
    'console',
    ...['db-1', 'db-2'].flatMap((server) => [`agent-${server}`, `server-${server}`, `replication-${server}`]),
  ]);
  const agent = named(made, 'agent-db-1');
  const certificate = new X509Certificate(await readFile(agent.files.certificate));
  expect(certificate.checkIP('2001:db8::1')).toBe('2001:db8::1');
  expect(certificate.checkHost('db-1.example.com')).toBe('db-1.example.com');
  expect(certificate.ca).toBe(false);
  expect(certificate.verify(new X509Certificate(await readFile(agent.files.ca)).publicKey)).toBe(true);
  expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(agent.fingerprint);
  for (const key of [agent.files.key, join(dir, 'authority', 'ca-key.pem')]) {
    expect((await stat(key)).mode & 0o077).toBe(0);
  }
});

test('what is there stays, and hosts that changed get a new certificate', async () => {
  const before = await tls(...init);
  expect(before.map(({ isNew }) => isNew)).not.toContain(true);
  const after = await tls('init', '--server', 'db-2=10.0.0.3');
  expect(after.filter(({ isNew }) => isNew).map(({ name }) => name)).toEqual(['agent-db-2', 'server-db-2']);
});

test('what ends soon is renewed with a new key, the rest is left alone', async () => {
  const before = await tls('renew');
  expect(before.map(({ isNew }) => isNew)).not.toContain(true);
  const key = await readFile(named(before, 'console').files.key, 'utf8');
  const after = await tls('renew', '--within', '94');
  expect(after.map(({ isNew }) => isNew)).not.toContain(false);
  expect(await readFile(named(after, 'console').files.key, 'utf8')).not.toBe(key);
});

async function check(certificate: string, name: string, all: Shown): Promise<Ran> {
  const { files: own } = named(all, name);
  const text = `agent:
  listen: '[::1]:0'
  server: { socket: ${join(folder, 'none')} }
  tls: { certificate: ${certificate}, key: ${own.key}, clientCa: ${own.ca}, clientCrl: ${own.crl} }
  replicationTls: { ca: ${own.ca}, crl: ${own.crl} }
`;
  await writeFile(join(folder, 'baton.yaml'), text);
  return await runBaton(['check', 'certificates', '--config', join(folder, 'baton.yaml')]);
}

test('the check looks at all of them, and says of a revoked one that it is', async () => {
  const all = await tls('renew');
  const { files: own } = named(all, 'agent-db-1');
  expect(await check(own.certificate, 'agent-db-1', all)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^OK - 3 certificates, the first to end is CN=agent-db-1 in 92 days\n$/),
  });
  expect((await runBaton(['tls', 'revoke', 'agent-db-1', '--dir', dir])).code).toBe(0);
  // Of a revoked certificate the folder is left as it was: what goes on is what knows the new list.
  await writeFile(own.crl, await readFile(named(all, 'console').files.crl));
  expect(await check(own.certificate, 'agent-db-1', all)).toMatchObject({
    code: 2,
    stdout: 'CRITICAL - agent.tls.certificate (CN=agent-db-1) is revoked\n',
  });
});

test('what is no host, and a folder without an authority, are said', async () => {
  const wrong = await runBaton(['tls', 'init', '--dir', dir, '--server', 'db-1=a b']);
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('a b is neither a host name nor an address'),
  });
  const empty = await runBaton(['tls', 'renew', '--dir', folder]);
  expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no authority in') });
  const unknown = await runBaton(['tls', 'revoke', 'agent-db-9', '--dir', dir]);
  expect(unknown.stderr).toContain('Known: console, ');
});
