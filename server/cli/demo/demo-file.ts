import { rename, writeFile } from 'node:fs/promises';
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

/** Puts it in place at once: a reader sees the former file or the new one, never half of it. */
export async function writeDemoFile(paths: Layout, text: string): Promise<void> {
  await writeFile(`${paths.demoFile}.new`, text, { mode: 0o600 });
  await rename(`${paths.demoFile}.new`, paths.demoFile);
}
