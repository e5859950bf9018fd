import type { SandboxCluster } from '../../server/sandbox/cluster.ts';
import { createCluster } from '../../server/sandbox/cluster.ts';
import { openRelay, type Relay } from '../../server/sandbox/relay.ts';
import type { Round } from './round.ts';
import { AgentProcess } from './agent-process.ts';
import { startWritableProbe, type WritableProbe } from '../../server/sandbox/writable-probe.ts';
import { startWriteLoad, type WriteLoad } from '../../server/sandbox/write-load.ts';

/** A cluster under load on which a round is played: everything but the consoles. */
export interface Arena extends AsyncDisposable {
  readonly cluster: SandboxCluster;
  /** The relay between the console and the server. `cluster.front(server)` is the one of those who replicate from it. */
  consoleLink(server: string): Relay;
  /** By server; empty in a round without agents. */
  readonly agents: ReadonlyMap<string, AgentProcess>;
  readonly load: WriteLoad;
  readonly probe: WritableProbe;
}

/** Starts it, writes flowing. The caller disposes of it. */
export async function openArena({
  writesPerSecond,
  agents: withAgents,
}: Pick<Round, 'writesPerSecond' | 'agents'>): Promise<Arena> {
  const cluster = await createCluster({ fronts: true });
  const links = new Map<string, Relay>();
  for (const server of cluster.servers) links.set(server.name, await openRelay(() => server));
  const agents = new Map<string, AgentProcess>();
  if (withAgents) {
    const started = await Promise.all(cluster.servers.map(async (server) => await AgentProcess.start(server)));
    cluster.servers.forEach(({ name }, index) => {
      const agent = started[index];
      if (agent) agents.set(name, agent);
    });
  }
  const { app } = cluster.accounts;
  // The application has its own way to the servers: a link that is cut is not the application's.
  const direct = cluster.servers.map(({ name, host, port }) => ({ name, address: { host, port } }));
  const load = startWriteLoad({ servers: direct, account: app, perSecond: writesPerSecond, writers: 2 });
  const probe = startWritableProbe({ servers: cluster.servers, account: app });
  await load.flowing();
  return {
    cluster,
    agents,
    load,
    probe,
    consoleLink(server) {
      const link = links.get(server);
      if (!link) throw new Error(`no link to ${server}`);
      return link;
    },
    async [Symbol.asyncDispose]() {
      await load.stop();
      await probe.stop();
      for (const agent of agents.values()) await agent.close();
      for (const link of links.values()) await link.close();
      await cluster.stop();
    },
  };
}
