import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import type { AgentPlace } from './configuration-text.ts';
import { clusterName, type Layout } from './layout.ts';
import type { Credentials } from './people.ts';

/** What demo.json is made of. */
export interface DemoFacts {
  readonly url: string;
  readonly consolePid: number;
  readonly credentials: Credentials;
  readonly cluster: SandboxCluster;
  readonly agents: readonly AgentPlace[];
  readonly snapshot: ClusterSnapshot;
}

/** The text of demo.json: every address, password and process, for scripts and tests. A server that is down has pid null. */
export function demoJson(
  paths: Layout,
  { url, consolePid, credentials, cluster, agents, snapshot }: DemoFacts,
): string {
  const { root, app } = cluster.accounts;
  const servers = agents.map(({ server, url: agentUrl }) => ({
    name: server.name,
    role: snapshot.servers.find(({ name }) => name === server.name)?.role ?? 'unknown',
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
  const value = {
    console: { url, ...credentials, pid: consolePid },
    config: paths.config,
    clusters: { [clusterName]: { kind: snapshot.kind, servers } },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
