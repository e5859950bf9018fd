import type { SandboxCluster } from '../../sandbox/cluster.ts';
import {
  breakWithDuplicateKey,
  errantTransaction,
  fillWithData,
  startReplication,
  stopReplication,
  type ReplicationThread,
} from '../../sandbox/faults.ts';
import { followed } from '../../sandbox/replication.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import type { ControlAnswer, ControlRequest, SandboxStatus } from './control-protocol.ts';
import type { SteadyLoad } from './steady-load.ts';

type Fault = Exclude<ControlRequest['verb'], 'status' | 'load'>;

/** What each fault does to a server; answers what is to be said about it. */
const faults: Record<Fault, (server: SandboxServer, argument: string, cluster: SandboxCluster) => Promise<string>> = {
  async kill(server) {
    await server.kill();
    return 'is killed (SIGKILL)';
  },
  async stop(server) {
    await server.stop();
    return 'is stopped';
  },
  async start(server) {
    await server.start();
    return `runs, process ${server.pid}`;
  },
  async freeze(server) {
    server.freeze();
    return await Promise.resolve('is frozen: it takes connections and says nothing');
  },
  async thaw(server) {
    server.thaw();
    return await Promise.resolve('goes on');
  },
  async 'stop-thread'(server, argument) {
    await stopReplication(server, threadOf(argument));
    return 'has stopped replicating';
  },
  async 'start-thread'(server, argument) {
    await startReplication(server, threadOf(argument));
    return 'has started replicating';
  },
  async break(server, _, cluster) {
    await breakWithDuplicateKey(await primaryOf(cluster, server), server);
    return 'has an SQL thread that stopped with error 1062';
  },
  errant: async (server) => `has a transaction of its own now, ${await errantTransaction(server)}`,
  async fill(server, argument) {
    const bytes = wholeNumber(argument, 'bytes');
    await fillWithData(server, bytes);
    return `has ${bytes} bytes more, in shop.ballast`;
  },
};

/** Does to a running cluster what was asked, and says so in a sentence. Throws where it can't be done. */
export async function carryOut(
  cluster: SandboxCluster,
  load: SteadyLoad,
  { verb, server: name, argument = '' }: ControlRequest,
): Promise<ControlAnswer> {
  if (verb === 'status') return { status: statusOf(cluster, load) };
  if (verb === 'load') {
    const perSecond = wholeNumber(argument, 'inserts a second');
    await load.set(perSecond);
    return { text: `The write load is ${perSecond} inserts a second.` };
  }
  const server = cluster.server(name ?? '');
  return { text: `${server.name} ${await faults[verb](server, argument, cluster)}.` };
}

function statusOf(cluster: SandboxCluster, load: SteadyLoad): SandboxStatus {
  return {
    servers: cluster.servers.map((server) => ({
      name: server.name,
      pid: server.alive() ? server.pid : null,
      host: server.host,
      port: server.port,
      socket: server.socket,
      errorLog: server.errorLog,
    })),
    writes: load.count(),
  };
}

async function primaryOf(cluster: SandboxCluster, replica: SandboxServer): Promise<SandboxServer> {
  const port = (await followed(replica))?.port;
  const primary = cluster.servers.find((server) => server.address.port === port);
  if (primary === undefined) throw new Error(`${replica.name} follows no server of this cluster`);
  return primary;
}

function threadOf(argument: string): ReplicationThread {
  if (argument === '') return 'both';
  if (argument === 'io' || argument === 'sql' || argument === 'both') return argument;
  throw new Error(`thread ${argument}: io, sql or both`);
}

function wholeNumber(text: string, unit: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}": a whole number of ${unit}`);
  return Number(text);
}
