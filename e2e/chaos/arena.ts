import type { Operation } from '../../server/contract/operation.ts';
import type { SandboxCluster } from '../../server/sandbox/cluster.ts';
import { createCluster } from '../../server/sandbox/cluster.ts';
import { openRelay, type Relay } from '../../server/sandbox/relay.ts';
import { startWritableProbe, type WritableProbe } from '../../server/sandbox/writable-probe.ts';
import { startWriteLoad, type WriteLoad } from '../../server/sandbox/write-load.ts';

/** A cluster under load on which a round is played: everything but the consoles. */
export interface Arena extends AsyncDisposable {
  readonly cluster: SandboxCluster;
  /** The relay between the console and the server. `cluster.front(server)` is the one of those who replicate from it. */
  consoleLink(server: string): Relay;
  readonly load: WriteLoad;
  readonly probe: WritableProbe;
}

export interface Ended {
  readonly view: Operation | null;
  readonly refused: string | null;
}

export async function openArena(writesPerSecond: number): Promise<Arena> {
  const cluster = await createCluster({ fronts: true });
  const links = new Map<string, Relay>();
  for (const server of cluster.servers) links.set(server.name, await openRelay(() => server));
  const { app } = cluster.accounts;
  // The application has its own way to the servers: a link that is cut is not the application's.
  const direct = cluster.servers.map(({ name, host, port }) => ({ name, address: { host, port } }));
  const load = startWriteLoad({ servers: direct, account: app, perSecond: writesPerSecond, writers: 2 });
  const probe = startWritableProbe({ servers: cluster.servers, account: app });
  await load.flowing();
  return {
    cluster,
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
      for (const link of links.values()) await link.close();
      await cluster.stop();
    },
  };
}
