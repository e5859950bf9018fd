import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BatonError } from '../../contract/errors.ts';
import type { z } from 'zod';
import type { Operation } from '../../contract/operation.ts';
import { clusterConfiguration } from '../../contract/configuration/cluster.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import type { TakeoverKind } from '../../contract/takeover.ts';
import { createHookRunner } from '../../hooks/hook-runner.ts';
import { connect, type Connection, type SqlTarget } from '../../mariadb/connection.ts';
import { createPool } from '../../mariadb/pool.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Step } from '../../operations/step.ts';
import type { SandboxAccounts } from '../../sandbox/accounts.ts';
import { openSqliteStore } from '../../store/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { createWatcher, type Watcher } from '../../topology/watcher.ts';
import type { TakeoverAgent } from '../agent.ts';
import type { TakeoversParts } from '../parts.ts';
import { createRejoins, type Rejoins } from '../rejoin/rejoins.ts';
import { WatchedAgent, WatchedOperations } from './watched.ts';
import { createTakeovers, type Takeovers } from '../takeovers.ts';

/** What a console of the tests has to know of a cluster; plain data, so that another process can have it too. */
export interface BatonPlan {
  readonly dir: string;
  /** `reach`: where this console itself connects, to disturb that way alone, or through the agent; replicas are told host and port. */
  readonly servers: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly reach?: { readonly host: string; readonly port: number } | 'agent';
  }[];
  readonly accounts: Pick<SandboxAccounts, 'observe' | 'operate' | 'replication'>;
  /** Its agents by server; a server that is not in it has none. */
  readonly agents?: Readonly<Record<string, { readonly url: string; readonly token: string }>>;
  /** As the configuration has them. */
  readonly hooks?: z.input<typeof clusterConfiguration.shape.hooks>;
  readonly budgetSeconds?: number;
  readonly longWriteSeconds?: number;
}

/** The cluster as consoles reach it: through the relays before its servers, where there are any. */
export function throughFronts({ dir, accounts, servers }: SandboxCluster): BatonPlan {
  return { dir, accounts, servers: servers.map(({ name, address }) => ({ name, ...address })) };
}

/** For tests: the parts of a console that takeovers need, on a real cluster and a real store. */
export interface TestBaton {
  readonly store: Store;
  readonly watcher: Watcher;
  readonly operations: Operations;
  readonly takeovers: Takeovers;
  readonly rejoins: Rejoins;
  /** Every view that was published, in order. */
  readonly published: Operation[];
  /** Plans and confirms, and answers the operation's last view. */
  promote(target: string, options?: PromoteOptions): Promise<Operation>;
  /** Plans and confirms, and answers the id at once. */
  begin(target: string, options?: PromoteOptions): Promise<string>;
  /** Rejoins the server, and answers the operation's last view. */
  rejoin(server: string, options?: { dryRun?: boolean; setAside?: boolean }): Promise<Operation>;
  stop(): Promise<void>;
}

export interface PromoteOptions {
  readonly kind?: TakeoverKind;
  readonly accept?: readonly string[];
  readonly dryRun?: boolean;
}

/** A process of a test that was killed is not waited for. */
function processIsGone(holder: string): boolean {
  try {
    process.kill(Number(holder.split('/')[1]), 0);
    return false;
  } catch {
    return true;
  }
}

export interface BatonOptions {
  /** In place of the one in the plan's folder, to break it; closed at the end. */
  readonly store?: Store;
  readonly agent?: (server: string) => TakeoverAgent | null;
  readonly onOperation?: (view: Operation) => void;
  /** Accounts for sources outside of the cluster, by the connection's name. */
  readonly sources?: TakeoversParts['sources'];
  /** Servers that the configuration says are never to be promoted. */
  readonly never?: readonly string[];
  /** What takeovers see of the watch instead of it. */
  readonly watch?: (watcher: Watcher) => TakeoversParts['watch'];
  /** Sees each connection that takeovers open, to break it, or the process, at a statement. */
  readonly onConnection?: (server: string, connection: Connection) => void;
  readonly onSnapshot?: (snapshot: ClusterSnapshot) => void;
  /** Sees the steps of each operation that begins, and answers those that run. */
  readonly onSteps?: <C>(steps: readonly Step<C>[]) => readonly Step<C>[];
  /** Told each time that an agent has done something. */
  readonly onAgentAct?: () => void;
}

export async function startBaton(plan: BatonPlan, options: BatonOptions = {}): Promise<TestBaton> {
  const store = options.store ?? (await openSqliteStore(join(plan.dir, 'baton.sqlite')));
  const published: Operation[] = [];
  const agents = new Map(
    Object.entries(plan.agents ?? {}).map(([server, address]) => [
      server,
      new WatchedAgent({ server, ...address }, () => options.onAgentAct?.()),
    ]),
  );
  const target = (name: string): Pick<SqlTarget, 'host' | 'port' | 'open'> => {
    const server = plan.servers.find((candidate) => candidate.name === name);
    if (!server) throw new Error(`no server ${name}`);
    const { host, port } = server.reach === undefined || server.reach === 'agent' ? server : server.reach;
    const agent = agents.get(name);
    if (server.reach !== 'agent' || !agent) return { host, port };
    return { host, port, open: async (timeoutMs) => await agent.openDatabase(timeoutMs) };
  };
  const signIn = async (
    server: string,
    account: 'observe' | 'operate' | 'replication',
    timeoutMs: number,
  ): Promise<Connection> => {
    const connection = await connect({ ...target(server), ...plan.accounts[account] }, timeoutMs);
    options.onConnection?.(server, connection);
    return connection;
  };
  const watcher = createWatcher({
    cluster: 'erp5',
    servers: plan.servers.map(({ name, host, port }) => ({
      name,
      host,
      port,
      candidate: options.never?.includes(name) ? 'never' : 'neutral',
      pool: createPool({ ...target(name), ...plan.accounts.observe }),
    })),
    poll: { everySeconds: 0.5, timeoutSeconds: 2 },
    lagLimits: { warnSeconds: 5, criticalSeconds: 60 },
    store,
    now: Date.now,
    onSnapshot: (snapshot) => options.onSnapshot?.(snapshot),
  });
  const parties: ConstructorParameters<typeof Operations>[0] = {
    ...store,
    now: Date.now,
    newId: randomUUID,
    holder: `test/${process.pid}/${randomUUID()}`,
    isGone: processIsGone,
    onOperation: (view) => {
      published.push(view);
      options.onOperation?.(view);
    },
  };
  const operations = new WatchedOperations(parties, options.onSteps);
  const parts: TakeoversParts = {
    cluster: {
      name: 'erp5',
      servers: plan.servers,
      takeover: {
        budgetSeconds: plan.budgetSeconds ?? 60,
        longWriteSeconds: plan.longWriteSeconds ?? 10,
        maxLagSeconds: 30,
      },
    },
    watch: options.watch?.(watcher) ?? watcher,
    connect: signIn,
    signIn: async (server, timeoutMs) => await signIn(server, 'replication', timeoutMs),
    users: { observe: plan.accounts.observe.user, operate: plan.accounts.operate.user },
    replication: { user: plan.accounts.replication.user, password: plan.accounts.replication.password },
    sources: options.sources ?? new Map(),
    agent: options.agent ?? ((server) => agents.get(server) ?? null),
    hooks: {
      configured: clusterConfiguration.shape.hooks.parse(plan.hooks),
      runner: createHookRunner((id) => `https://console.test/operations/${id}`),
    },
    operations,
    store,
    now: Date.now,
    newId: randomUUID,
  };
  const takeovers = createTakeovers(parts);
  const rejoins = createRejoins(parts);
  await watcher.start();
  await watcher.lookNow();

  async function begin(name: string, { kind, accept = [], dryRun = false }: PromoteOptions = {}): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const { id } = await takeovers.plan({ target: name, kind });
      try {
        const { operationId } = await takeovers.start({ planId: id, accept, confirm: name, dryRun, actor: 'ana' });
        return operationId;
      } catch (error) {
        // As its fix says, review again: on a loaded machine a look may be old before it is used.
        if (attempt === 5 || !(error instanceof BatonError) || !/^What is known of db-\d is/.test(error.message))
          throw error;
      }
    }
  }

  return {
    store,
    watcher,
    operations,
    takeovers,
    rejoins,
    published,
    begin,
    async rejoin(server, { dryRun = false, setAside = false } = {}) {
      const asked = { server, dryRun, setAside, confirm: server, actor: 'ana' };
      return await operations.ended((await rejoins.start(asked)).operationId);
    },
    promote: async (name, promoteOptions) => await operations.ended(await begin(name, promoteOptions)),
    async stop() {
      await operations.quiesce();
      takeovers.close();
      await watcher.stop();
      await store.close();
    },
  };
}
