import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startAgent, type RunningAgent } from '../agent/start-agent.ts';
import { AgentClient } from '../agent/client.ts';
import { agentConfiguration } from '../contract/configuration/agent.ts';
import type { ReplicaParameters } from '../contract/parameters.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { Authority } from '../tls/authority.ts';
import { readMaterial, type TlsFiles } from '../tls/material.ts';
import { secured } from './secured.ts';
import { blankServer, type BlankServer } from './testing/blank-server.ts';

let cluster: SandboxCluster;
let authority: Authority;
let folder: string;
let agent: RunningAgent;
let files: TlsFiles;
const blanks: BlankServer[] = [];

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0, secure: true, settings: { bind_address: '127.0.0.1,::1' } });
  if (!cluster.authority) throw new Error('a secure cluster has an authority');
  authority = cluster.authority;
  await authority.issue([
    { name: 'agent-db-1', purpose: 'agent', hosts: ['127.0.0.1', '::1'] },
    { name: 'console', purpose: 'console', hosts: [] },
    { name: 'replica', purpose: 'replication', hosts: [] },
  ]);
  files = authority.files('replica');
  folder = await mkdtemp(join(tmpdir(), 'baton-secure-'));
  const { certificate, key, ca, crl } = authority.files('agent-db-1');
  const { socket, optionsFile } = cluster.server('db-1');
  const configuration = agentConfiguration.parse({
    listen: '[::1]:0',
    name: 'db-1',
    server: { socket, defaultsFile: optionsFile },
    tls: { certificate, key, clientCa: ca, clientCrl: crl, clients: { console: ['console'], replica: ['*'] } },
    backups: { directory: join(folder, 'backups'), method: ['mariabackup', 'dump'] },
  });
  agent = await startAgent(configuration, pino({ level: 'silent' }));
  await backup();
});
afterEach(async () => {
  for (const one of blanks.splice(0)) await one.remove();
});
afterAll(async () => {
  await agent?.close();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function backup(): Promise<void> {
  const material = await readMaterial(authority.files('console'));
  const client = new AgentClient({ server: 'db-1', url: agent.url, token: '', secure: { material: () => material } });
  const { id } = await client.takeBackup({ method: 'mariabackup' });
  await until(async () => (await client.backupRun(id)).state === 'done', { what: 'the backup', timeoutMs: 60_000 });
  client.close();
}

/** Makes a replica of the primary at that address, with these certificates. */
async function replica(
  host: string,
  wanted: Partial<ReplicaParameters>,
  own = files,
  verifyServer = true,
): Promise<BlankServer> {
  const one = await blankServer(cluster);
  blanks.push(one);
  const { user, password } = cluster.accounts.replication;
  const parameters: ReplicaParameters = {
    primary: { host, port: cluster.server('db-1').port, user, password },
    bootstrapUrl: null,
    bootstrapToken: null,
    bootstrapFingerprint: null,
    withTls: null,
    thresholdSeconds: 0,
    ...wanted,
  };
  await one.init({ ...parameters, ...(await secured({ files: own, named: true, verifyServer }, parameters)) });
  return one;
}

const named = async (ending: string): Promise<string> => {
  const name = (await readdir(join(folder, 'backups'))).toSorted().findLast((one) => one.endsWith(ending));
  return `${agent.url}/backups/${name}`;
};

test('a replica without a certificate, or with one of another authority, is refused by its primary and by the backups', async () => {
  const bootstrapUrl = await named('.full.xb.zst');
  const foreign = await Authority.create(join(folder, 'foreign'), 'Somebody else');
  await foreign.issue([{ name: 'replica', purpose: 'replication', hosts: [] }]);
  const { certificate, key } = foreign.files('replica');
  const { ca } = authority.files('replica');
  for (const own of [{ ca }, { ca, certificate, key }]) {
    await expect(replica('::1', { bootstrapUrl }, own)).rejects.toMatchObject({ code: 'refused' });
    expect(await readdir(blanks.at(-1)?.server.dataDir ?? '')).toEqual([]);
  }
});

test('backups behind a certificate of an unknown authority are read where it is pinned, and not with another pin', async () => {
  const bootstrapUrl = await named('.full.xb.zst');
  const shown = new X509Certificate(await readFile(authority.files('agent-db-1').certificate)).fingerprint256;
  const { certificate, key } = files;
  const unseen = false;
  const wrong = { bootstrapUrl, bootstrapFingerprint: shown.replaceAll(/[0-9]/g, '0') };
  await expect(replica('::1', wrong, { certificate, key }, unseen)).rejects.toThrow('not the pinned one');
  const pinned = await replica('::1', { bootstrapUrl, bootstrapFingerprint: shown }, { certificate, key }, unseen);
  expect(await readdir(pinned.server.dataDir)).toContain('mysql');
});
