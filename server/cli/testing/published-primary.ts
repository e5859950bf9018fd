import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { AgentClient } from '../../agent/client.ts';
import { startAgent, type RunningAgent } from '../../agent/start-agent.ts';
import type { BlankServer } from '../../bootstrap/testing/blank-server.ts';
import { agentConfiguration } from '../../contract/configuration/agent.ts';
import { addressText } from '../../contract/listen-address.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { until } from '../../sandbox/until.ts';
import type { TlsFiles } from '../../tls/material.ts';
import { materialOf } from '../../tls/testing/certificates.ts';
import { runBaton, type Ran } from './run-baton.ts';

export type Host = '127.0.0.1' | '::1';

const tokens = { console: 'console-token-0123456789', reader: 'reader-token-0123456789' };

/**
 * For tests: a primary that publishes what a replica needs, over IPv4 and over IPv6, with an agent at each that serves the same
 * backups. `secure`: replicas are known by their certificate alone, of the primary and of its agents; else by password and
 * token.
 */
export interface PublishedPrimary extends AsyncDisposable {
  readonly folder: string;
  readonly cluster: SandboxCluster;
  readonly primary: SandboxServer;
  /** Holds the password of the replication account. */
  readonly passwordFile: string;
  agentUrl(host: Host): string;
  /** As the console is known there. */
  client(host: Host): Promise<AgentClient>;
  /** `baton replica init` of it, with what was published for that family; `files`: its own, in place of those of "replica". */
  init(blank: BlankServer, host: Host, change?: object, files?: TlsFiles): Promise<Ran>;
  /** The arguments of that, and its standard input. */
  initOf(blank: BlankServer, host: Host, change?: object, files?: TlsFiles): { argv: string[]; input: string };
  /** Has a backup taken, and answers the names of all by that method, oldest first. */
  backup(method: 'dump' | 'mariabackup'): Promise<string[]>;
}

export async function publishedPrimary({
  secure,
  settings = {},
}: {
  readonly secure: boolean;
  /** More of its options. */
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<PublishedPrimary> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-published-'));
  const cluster = await createCluster({ replicas: 0, secure, settings: { bind_address: '*', ...settings } });
  const { authority } = cluster;
  const primary = cluster.server('db-1');
  await authority?.issue([
    { name: 'agent', purpose: 'agent', hosts: ['127.0.0.1', '::1'] },
    { name: 'console', purpose: 'console', hosts: [] },
    { name: 'replica', purpose: 'replication', hosts: [] },
  ]);
  const directory = join(folder, 'backups');
  await mkdir(directory, { mode: 0o700 });
  for (const [name, token] of Object.entries(tokens)) await writeFile(join(folder, name), token, { mode: 0o600 });
  const { socket, optionsFile: defaultsFile, persistFile } = primary;
  const { certificate, key, ca: clientCa, crl: clientCrl } = authority?.files('agent') ?? {};
  const clients = { console: ['console'], replica: ['replica'] };
  const known = secure
    ? { tls: { certificate, key, clientCa, clientCrl, clients } }
    : { tokenFile: join(folder, 'console'), readerTokenFile: join(folder, 'reader') };
  const passwordFile = join(folder, 'password');
  const agents = new Map<Host, RunningAgent>();
  const published = new Map<Host, object>();
  for (const host of ['127.0.0.1', '::1'] as const) {
    const written = {
      listen: addressText({ host, port: 0 }),
      name: 'db-1',
      server: { socket, defaultsFile, persistFile },
      ...known,
      stateDirectory: join(folder, `state-${agents.size}`),
      // Once a year a full one: each of these builds on the one before.
      backups: { directory, method: ['dump', 'mariabackup'], full: '0 0 1 1 *' },
      primary: {
        user: 'replicating',
        passwordFile,
        address: addressText({ host, port: primary.port }),
      },
    };
    const agent = await startAgent(agentConfiguration.parse(written), pino({ level: 'silent' }));
    agents.set(host, agent);
    const config = join(folder, 'baton.yaml');
    await writeFile(config, stringify({ agent: { ...written, listen: new URL(agent.url).host } }));
    const ran = await runBaton(['primary', 'init', '--config', config, ...(secure ? ['--require-x509'] : [])]);
    if (ran.code !== 0) throw new Error(ran.stderr);
    published.set(host, JSON.parse(ran.stdout));
  }
  const agentUrl = (host: Host): string => agents.get(host)?.url ?? '';
  const client = async (host: Host): Promise<AgentClient> => {
    const material = authority ? await materialOf(authority, 'console') : null;
    const token = material ? '' : tokens.console;
    const how = material ? { secure: { material: () => material } } : {};
    return new AgentClient({ server: 'db-1', url: agentUrl(host), token, ...how });
  };
  const initOf: PublishedPrimary['initOf'] = (blank, host, change = {}, files = authority?.files('replica') ?? {}) => {
    const tls = Object.entries(files).flatMap(([option, file]) => [`--${option}`, String(file)]);
    const argv = ['replica', 'init', '--defaults-file', blank.server.optionsFile, '--parameters', '-', ...tls];
    return { argv, input: JSON.stringify({ ...published.get(host), ...change }) };
  };
  return {
    folder,
    cluster,
    primary,
    passwordFile,
    agentUrl,
    client,
    async init(...asked) {
      const { argv, input } = initOf(...asked);
      return await runBaton(argv, { input });
    },
    initOf,
    async backup(method) {
      const asked = await client('127.0.0.1');
      try {
        const { id } = await asked.takeBackup({ method });
        await until(async () => (await asked.backupRun(id)).state !== 'running', { what: method, timeoutMs: 60_000 });
        const all = await asked.backups();
        return all
          .filter((backup) => backup.method.startsWith(method))
          .map(({ name }) => name)
          .toReversed();
      } finally {
        asked.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
