import { join } from 'node:path';
import type { SandboxCluster } from '../../server/sandbox/cluster.ts';
import { createCluster } from '../../server/sandbox/cluster.ts';
import { openRelay, type Relay } from '../../server/sandbox/relay.ts';
import { startWritableProbe, type WritableProbe } from '../../server/sandbox/writable-probe.ts';
import { startWriteLoad, type WriteLoad } from '../../server/sandbox/write-load.ts';
import { AgentProcess } from './agent-process.ts';
import type { Round } from './round.ts';
import { makeStoreDisk, type StoreDisk } from './store-disk.ts';

/** A cluster under load on which a round is played: everything but the consoles. */
export interface Arena extends AsyncDisposable {
  readonly cluster: SandboxCluster;
  /** Where the consoles have their store. */
  readonly disk: StoreDisk;
  /** The relay between the console and the server. `cluster.front(server)` is the one of those who replicate from it. */
  consoleLink(server: string): Relay;
  /** The relay between the console and the server's agent; null in a round without agents. */
  agentLink(server: string): Relay | null;
  /** By server; empty in a round without agents. */
  readonly agents: ReadonlyMap<string, AgentProcess>;
  readonly load: WriteLoad;
  readonly probe: WritableProbe;
}

/** Starts it, writes flowing. The caller disposes of it. */
export async function openArena(round: Pick<Round, 'writesPerSecond' | 'agents' | 'faults'>): Promise<Arena> {
  const stack = new AsyncDisposableStack();
  try {
    const cluster = stack.use(await createCluster({ fronts: true }));
    const fills = round.faults.some(({ fault }) => fault.kind === 'disk-full');
    const disk = stack.adopt(await makeStoreDisk(join(cluster.dir, 'store'), fills), (one) => one.close());
    const links = new Map<string, Relay>();
    const agents = new Map<string, AgentProcess>();
    const agentLinks = new Map<string, Relay>();
    const open = async (to: Parameters<typeof openRelay>[0]): Promise<Relay> =>
      stack.adopt(await openRelay(to), (relay) => relay.close());
    for (const server of cluster.servers) links.set(server.name, await open(() => server));
    if (round.agents) {
      const started = cluster.servers.map(async (server) => {
        const agent = stack.adopt(await AgentProcess.start(server), (one) => one.close());
        agents.set(server.name, agent);
        agentLinks.set(server.name, await open(() => agent.address));
      });
      await Promise.all(started);
    }
    const { app } = cluster.accounts;
    // The application has its own way to the servers: a link that is cut is not the application's.
    const direct = cluster.servers.map(({ name, host, port }) => ({ name, address: { host, port } }));
    const write = { servers: direct, account: app, perSecond: round.writesPerSecond, writers: 2 };
    const load = stack.adopt(startWriteLoad(write), async (one) => void (await one.stop()));
    const probe = stack.adopt(
      startWritableProbe({ servers: cluster.servers, account: app }),
      async (one) => void (await one.stop()),
    );
    await load.flowing();
    return {
      cluster,
      disk,
      agents,
      load,
      probe,
      agentLink: (server) => agentLinks.get(server) ?? null,
      consoleLink(server) {
        const link = links.get(server);
        if (!link) throw new Error(`no link to ${server}`);
        return link;
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
