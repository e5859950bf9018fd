import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { createAccess } from '../../access/access.ts';
import { commandLineActor } from '../../access/actor.ts';
import { startAgent, type RunningAgent } from '../../agent/start-agent.ts';
import { agentConfiguration } from '../../contract/configuration/agent.ts';
import { addressText } from '../../contract/listen-address.ts';
import { createCluster, type ClusterOptions, type SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp, follow } from '../../sandbox/replication.ts';
import { replicationFiles } from '../../sandbox/secure.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { openStore } from '../../store/open-store.ts';
import type { Authority } from '../../tls/authority.ts';
import { startConsole, type RunningConsole } from '../start-console.ts';

const logger = pino({ level: process.env['BATON_TEST_LOG'] ?? 'silent' });

/** For tests: a real cluster with an agent beside each server, and a console before it, as its configuration file says. */
export interface RealConsole {
  readonly folder: string;
  readonly cluster: SandboxCluster;
  readonly agents: Map<string, RunningAgent>;
  readonly configurationPath: string;
  /** Writes the configuration anew; `change` gets what stands in it. */
  configure(change?: (value: Written) => void): Promise<void>;
  start(options?: { pages?: string; store?: string }): Promise<{ console: RunningConsole; url: string; token: string }>;
  stop(): Promise<void>;
}

export interface Written {
  console: Record<string, unknown>;
  clusters: Record<
    string,
    Record<string, unknown> & { servers: Record<string, { url: string; agent?: string; via?: 'agent' }> }
  >;
}

/** `secure`: everything over TLS, the agents know the console and each other by certificate and take no token. */
export async function prepareRealConsole(
  replicas = 2,
  agentOf: (server: SandboxServer, folder: string) => object = () => ({}),
  { secure = false, settingsOf, host }: Pick<ClusterOptions, 'secure' | 'settingsOf'> & Family = {},
): Promise<RealConsole> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-console-'));
  const cluster = await createCluster({
    replicas,
    secure,
    ...(settingsOf && { settingsOf }),
    ...(host === '::1' && { settings: { bind_address: '*' } }),
  });
  if (host === '::1') await followOverIpv6(cluster);
  const { authority } = cluster;
  await authority?.issue([{ name: 'console', purpose: 'console', hosts: ['127.0.0.1', '::1'] }]);
  const secret = async (name: string, value: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, `${value}\n`, { mode: 0o600 });
    return file;
  };
  const sessionSecretFile = await secret('session', 's'.repeat(48));
  const agentToken = await secret('agent-token', 'a'.repeat(48));
  const agents = new Map<string, RunningAgent>();
  for (const server of cluster.servers) {
    const directory = join(folder, `backups-${server.name}`);
    await mkdir(directory, { mode: 0o700 });
    const configuration = agentConfiguration.parse({
      listen: addressText({ host: host ?? (authority ? '::1' : '127.0.0.1'), port: 0 }),
      name: server.name,
      server: { socket: server.socket, defaultsFile: server.optionsFile, persistFile: server.persistFile },
      ...(authority ? { tls: await agentTls(authority, server.name) } : { tokenFile: agentToken }),
      backups: { directory, schedule: '0 1 * * *' },
      ...agentOf(server, folder),
    });
    agents.set(server.name, await startAgent(configuration, logger));
  }
  const configurationPath = join(folder, 'baton.yaml');
  const { observe, operate, replication } = cluster.accounts;
  const store = `sqlite://${join(folder, 'console.sqlite')}`;
  const configure = async (change: (value: Written) => void = () => undefined): Promise<void> => {
    const value: Written = {
      console: {
        listen: addressText({ host: host ?? '127.0.0.1', port: 0 }),
        url: 'http://console.test',
        store,
        sessionSecretFile,
      },
      clusters: {
        erp5: {
          sandbox: true,
          account: { observe: named(observe), operate: named(operate) },
          replication: named(replication),
          ...(authority ? consoleTls(authority) : { agentTokenFile: agentToken }),
          poll: { everySeconds: 0.5, timeoutSeconds: 1 },
          servers: Object.fromEntries(
            cluster.servers.map(({ name, address: { port } }) => [
              name,
              {
                url: `mysql://${addressText({ host: host ?? '127.0.0.1', port })}`,
                agent: agents.get(name)?.url ?? '',
              },
            ]),
          ),
        },
      },
    };
    change(value);
    await writeFile(configurationPath, stringify(value));
  };
  await configure();
  const consoles: RunningConsole[] = [];
  return {
    folder,
    cluster,
    agents,
    configurationPath,
    configure,
    async start({ pages, store: other } = {}) {
      const token = await operatorToken(other ?? store);
      const console = await startConsole({ configurationPath, logger, nextDirectory: pages ?? null });
      consoles.push(console);
      return { console, url: console.urls[0] ?? '', token };
    },
    async stop() {
      await Promise.all(consoles.map((console) => console.close()));
      await Promise.all([...agents.values()].map((agent) => agent.close()));
      await cluster.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** By which address everybody finds the others. */
interface Family {
  readonly host?: '127.0.0.1' | '::1';
}

/** The sandbox has its replicas follow over IPv4. */
async function followOverIpv6(cluster: SandboxCluster): Promise<void> {
  const { port } = cluster.server('db-1');
  for (const replica of cluster.servers.slice(1)) {
    const files = cluster.authority && replicationFiles(cluster.dir, replica.name);
    await follow(replica, { host: '::1', port }, cluster.accounts.replication, files);
    await caughtUp(replica, cluster.server('db-1'));
  }
}

/** What an agent that knows who comes by the certificate has under tls:. */
async function agentTls(authority: Authority, server: string): Promise<object> {
  await authority.issue([{ name: `agent-${server}`, purpose: 'agent', hosts: ['127.0.0.1', '::1'] }]);
  const { certificate, key, ca: clientCa, crl: clientCrl } = authority.files(`agent-${server}`);
  const clients = { console: ['console'], replica: ['*'] };
  return { certificate, key, clientCa, clientCrl, clients };
}

/** What a console has under its cluster: by whom it knows agents and servers, and what it shows them. */
function consoleTls(authority: Authority): object {
  const { certificate, key, ca, crl } = authority.files('console');
  return { agentTls: { certificate, key, ca, crl }, serverTls: { certificate, key, ca, crl } };
}

/** An account as the configuration names it: its password stays in its file. */
function named({ user, passwordFile }: { user: string; passwordFile: string }) {
  return { user, passwordFile };
}

let tokens = 0;
async function operatorToken(url: string): Promise<string> {
  const store = await openStore(url);
  const access = createAccess(store, { now: Date.now, sessionHours: 1, cost: { N: 1024, r: 8, p: 1 } });
  const { token } = await access.tokens.create(commandLineActor('test'), { name: `t${++tokens}`, role: 'admin' });
  await store.close();
  return token;
}
