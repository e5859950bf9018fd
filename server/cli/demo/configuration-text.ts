import { stringify } from 'yaml';
import type { z } from 'zod';
import type { configuration } from '../../contract/configuration.ts';
import type { ServerControlConfiguration } from '../../contract/configuration/services.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import type { GaleraSandbox } from '../../sandbox/galera/galera-cluster.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import type { Authority } from '../../tls/authority.ts';
import { newReplica } from './certificates.ts';
import { clusterName, galeraName, type Layout } from './layout.ts';

type Written = z.input<typeof configuration>;

/** The Galera cluster beside the servers, with its agents. */
export interface GaleraPlace {
  readonly cluster: GaleraSandbox;
  readonly agents: readonly AgentPlace[];
  /** The command that kills a node, whose name is appended. */
  readonly kill: readonly string[];
}

export interface AgentPlace {
  readonly server: SandboxServer;
  readonly port: number;
  readonly url: string;
}

/** baton.yaml of the demo's console. */
export function consoleYaml(
  paths: Layout,
  cluster: SandboxCluster,
  agents: readonly AgentPlace[],
  galera: GaleraPlace | null,
  console: { readonly port: number; readonly url: string },
): string {
  const { authority } = cluster;
  const { observe, operate, replication } = cluster.accounts;
  const value: Written = {
    console: {
      listen: `127.0.0.1:${console.port}`,
      url: console.url,
      hosts: [`localhost:${console.port}`],
      ...(authority && { tls: pairOf(authority, 'console') }),
      store: `sqlite://${paths.store}`,
      sessionSecretFile: paths.secret('session'),
      metrics: { allowLoopback: true },
    },
    clusters: {
      [clusterName]: {
        kind: 'replication',
        sandbox: true,
        account: {
          observe: { user: observe.user, passwordFile: observe.passwordFile },
          operate: { user: operate.user, passwordFile: operate.passwordFile },
        },
        replication: { user: replication.user, passwordFile: replication.passwordFile },
        agentTokenFile: paths.secret('agent'),
        ...(authority && {
          agentTls: clientOf(authority, 'console'),
          serverTls: clientOf(authority, 'console'),
          replicationTls: clientOf(authority, newReplica),
        }),
        servers: serversOf(agents, authority),
      },
      ...(galera === null ? {} : { [galeraName]: galeraCluster(paths, galera, authority) }),
    },
  };
  return `# Written by "npm run demo" at each start.\n${stringify(value)}`;
}

function galeraCluster(
  paths: Layout,
  { cluster: { accounts }, agents, kill }: GaleraPlace,
  authority: Authority | null,
) {
  const { observe, operate } = accounts;
  return {
    kind: 'galera' as const,
    sandbox: true,
    sandboxKill: [...kill],
    account: {
      observe: { user: observe.user, passwordFile: observe.passwordFile },
      operate: { user: operate.user, passwordFile: operate.passwordFile },
    },
    agentTokenFile: paths.secret('agent'),
    ...(authority && { agentTls: clientOf(authority, 'console') }),
    servers: serversOf(agents, null),
  };
}

function serversOf(agents: readonly AgentPlace[], authority: Authority | null) {
  return Object.fromEntries(
    agents.map(({ server, url }) => [
      server.name,
      {
        url: `mysql://${server.address.host}:${server.address.port}`,
        agent: url,
        ...(authority && { replicationTls: clientOf(authority, `replication-${server.name}`) }),
      },
    ]),
  );
}

function pairOf(authority: Authority, name: string): { certificate: string; key: string } {
  const { certificate, key } = authority.files(name);
  return { certificate, key };
}

function clientOf(authority: Authority, name: string): { ca: string; crl: string; certificate: string; key: string } {
  const { ca, crl } = authority.files(name);
  return { ca, crl, ...pairOf(authority, name) };
}

/** The agent knows the console and replicas by their certificates, and takes no token. */
function agentTls(authority: Authority, server: string): NonNullable<Written['agent']>['tls'] {
  const { ca: clientCa, crl: clientCrl } = authority.files(`agent-${server}`);
  const replicas = authority.certificates.filter(({ name }) => name.startsWith('replication-')).map(({ name }) => name);
  return {
    ...pairOf(authority, `agent-${server}`),
    clientCa,
    clientCrl,
    clients: { console: ['console'], replica: replicas },
  };
}

/** The configuration of the agent beside one server. `update` is the command line of mariadb_update. */
export function agentYaml(
  paths: Layout,
  { server, port }: AgentPlace,
  update: readonly string[],
  control: ServerControlConfiguration,
  authority: Authority | null,
): string {
  const value: Written = {
    agent: {
      listen: `127.0.0.1:${port}`,
      name: server.name,
      server: {
        socket: server.socket,
        defaultsFile: server.optionsFile,
        persistFile: server.persistFile,
        control,
        ...(server.startFile === null ? {} : { galera: { startFile: server.startFile } }),
      },
      ...(authority ? { tls: agentTls(authority, server.name) } : { tokenFile: paths.secret('agent') }),
      backups: {
        directory: paths.backups(server.name),
        schedule: '0 1 * * *',
        method: ['dump', 'mariabackup'],
        full: '0 1 * * 0',
        keep: { days: 7 },
        verify: '0 5 * * *',
      },
      // Every node of a Galera cluster takes writes: there is nothing that only one of them may run.
      services:
        server.startFile === null
          ? { mariadb_update: { kind: 'gate', file: paths.gate(server.name), run: [...update], timeoutSeconds: 300 } }
          : {},
    },
  };
  return `# Written by "npm run demo" at each start.\n${stringify(value)}`;
}
