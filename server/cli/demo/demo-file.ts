import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import type { AgentPlace, GaleraPlace } from './configuration-text.ts';
import { clusterName, galeraName, type Layout } from './layout.ts';
import type { Credentials } from './people.ts';

/** What demo.json is made of. */
export interface DemoFacts {
  readonly url: string;
  readonly consolePid: number;
  readonly credentials: Credentials;
  readonly cluster: SandboxCluster;
  readonly agents: readonly AgentPlace[];
  readonly galera: GaleraPlace | null;
  readonly snapshot: ClusterSnapshot;
}

/** The text of demo.json: every address, password and process, for scripts and tests. A server that is down has pid null. */
export function demoJson(
  paths: Layout,
  { url, consolePid, credentials, cluster, agents, galera, snapshot }: DemoFacts,
): string {
  const roleOf = (server: string): string => snapshot.servers.find(({ name }) => name === server)?.role ?? 'unknown';
  const nodes = galera && {
    kind: 'galera',
    servers: serversIn(galera.agents, galera.cluster.accounts, () => 'galera'),
  };
  const value = {
    console: { url, ...credentials, pid: consolePid },
    config: paths.config,
    clusters: {
      [clusterName]: { kind: snapshot.kind, servers: serversIn(agents, cluster.accounts, roleOf) },
      ...(nodes === null ? {} : { [galeraName]: nodes }),
    },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function serversIn(
  agents: readonly AgentPlace[],
  { root, app }: SandboxCluster['accounts'],
  roleOf: (server: string) => string,
) {
  return agents.map(({ server, url: agentUrl }) => ({
    name: server.name,
    role: roleOf(server.name),
    host: server.host,
    port: server.port,
    socket: server.socket,
    rootUser: root.user,
    rootPassword: root.password,
    appUser: app.user,
    appPassword: app.password,
    dataDir: server.dataDir,
    pid: server.alive() ? server.pid : null,
    agentUrl,
    errorLog: server.errorLog,
  }));
}
