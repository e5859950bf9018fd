import type { ClusterSnapshot, Problem, Role } from '../contract/snapshot.ts';
import type { Pool } from '../mariadb/pool.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import type { MemoryStore, SampleStore } from '../store/store.ts';
import { createAgentPoller, type AgentPoller } from './agent-poller.ts';
import { Keeper } from './keeper.ts';
import { createWatchMemory, type LastPrimary, type RememberedEvents } from './memory.ts';
import { observe } from './observe.ts';
import type { Observation } from './observation.ts';
import { createPoller, type Poller } from './poller.ts';
import { createRecorder } from './recorder.ts';
import type { Roles } from './roles.ts';
import { resolveRoles } from './roles.ts';
import { ServerRecord } from './server-record.ts';
import { buildSnapshot } from './snapshot.ts';
import type { AgentFacts, OperationFacts, WatchedServer } from './view.ts';

export interface WatcherOptions {
  readonly cluster: string;
  readonly kind?: ClusterSnapshot['kind'];
  readonly sandbox?: boolean;
  readonly servers: readonly (WatchedServer & { readonly pool: Pool })[];
  readonly poll: { readonly everySeconds: number; readonly timeoutSeconds: number };
  readonly lagLimits: ClusterSnapshot['lag'];
  readonly store: { readonly samples: SampleStore; readonly memory: MemoryStore };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What the agent of a server says; asked each 2 s, bounded here. null: the server has none. */
  readonly agentFacts: (server: string) => Promise<AgentFacts | null>;
  readonly operation?: () => OperationFacts;
  readonly onSnapshot: (snapshot: ClusterSnapshot) => void;
}

/** Keeps watch over one cluster. */
export interface Watcher {
  /** Reads what an earlier process left (bounded) and begins to poll. */
  start(): Promise<void>;
  /** Ends every timer and connection. */
  stop(): Promise<void>;
  /** The newest snapshot; before the first look one that says that nothing is known. */
  snapshot(): ClusterSnapshot;
  /** A snapshot in which every named server (default: all) was looked at, or failed, after this call. Takes at most twice the poll's deadline. */
  lookNow(servers?: readonly string[]): Promise<ClusterSnapshot>;
  /** The newest look at a server, however it ended; null before the first. */
  observationOf(server: string): Observation | null;
  /** The facts as last read and when, of whatever age; null where it was never seen. */
  factsOf(server: string): { readonly facts: ServerFacts; readonly at: number } | null;
  /** The primary's last word, also from before a restart of the console. */
  lastPrimary(): LastPrimary | null;
  /** The events of a server as last seen while it was the primary; null where nobody saw them. */
  remembered(server: string): Promise<RememberedEvents | null>;
  /** A takeover says which server is the primary from now on: for the moment when the servers alone are ambiguous. */
  primaryIs(server: string): Promise<void>;
  /** A detached server is outside the count of the cluster's primaries until it replicates again. Rejects as the store does. */
  markDetached(server: string): Promise<void>;
  /** Makes a new snapshot soon: something outside the servers has changed (an operation began or ended). */
  refresh(): void;
  /** What the store said when it failed last; null while it works. */
  storeFault(): string | null;
}

/** Looks that land within this time make one snapshot. */
const coalesceMs = 60;

/** A watcher that is not started yet. */
export function createWatcher(options: WatcherOptions): Watcher {
  const { cluster, now, poll } = options;
  const timeoutMs = poll.timeoutSeconds * 1000;
  const records = new Map(options.servers.map((server) => [server.name, new ServerRecord(server)]));
  const pools = new Map(options.servers.map((server) => [server.name, server.pool]));
  const faults = new Map<string, string | null>();
  const keeper = new Keeper({
    memory: createWatchMemory(options.store.memory, cluster),
    now,
    onStore: (fault) => faults.set('memory', fault),
  });
  const recorder = createRecorder(options.store.samples, (fault) => faults.set('samples', fault));
  let roles: Roles | null = null;
  let problems: readonly Problem[] = [];
  let newest = build();
  let pending: NodeJS.Timeout | undefined;
  let ticker: NodeJS.Timeout | undefined;
  let lastTick = 0;

  const pollers = new Map<string, Poller>(
    options.servers.map((server) => [
      server.name,
      createPoller({
        everyMs: poll.everySeconds * 1000,
        now,
        look: async (slow) => await observe(server.pool, { timeoutMs, now, ...(slow ? { slow } : {}) }),
        onLanded: (observation) => landed(server.name, observation),
      }),
    ]),
  );
  const agents: AgentPoller = createAgentPoller({
    servers: [...records.keys()],
    ask: options.agentFacts,
    onAnswer: (server, facts) => {
      const record = records.get(server);
      if (record) record.agent = facts;
      soon();
    },
  });

  /** Until each server was looked at once, who is the primary would be a guess from half of the evidence. */
  function allSeen(): boolean {
    return [...records.values()].every((record) => record.last !== null);
  }

  function landed(name: string, observation: Observation): void {
    const record = records.get(name);
    if (!record) return;
    record.landed(observation);
    if (allSeen()) judge(name);
    soon();
  }

  function judge(landedName: string): void {
    const before = roles;
    roles = resolveRoles(
      [...records.values()].map(({ server, up, last }) => ({
        server,
        facts: up?.facts ?? null,
        reachable: last?.kind === 'up',
      })),
      roleMemory(before),
    );
    for (const server of keeper.detached) {
      if (roles.roleOf.get(server) === 'replica') void keeper.mark(server, false).catch(() => undefined);
    }
    const { primary } = roles;
    const record = primary === null ? undefined : records.get(primary);
    if (primary === null || !record?.up || record.last?.kind !== 'up') return;
    const changed = before?.primary !== primary;
    if (changed) for (const other of records.values()) other.forgetComparison();
    if (!changed && landedName !== primary) return;
    keeper.seen(primary, record.up);
    for (const other of records.values()) if (other !== record) other.compare(record.up);
    const pool = pools.get(primary);
    if (pool) keeper.rememberEvents(primary, record.up, pool, timeoutMs);
  }

  function roleMemory(before: Roles | null): {
    lastPrimary: string | null;
    detached: ReadonlySet<string>;
    previousRoleOf: ReadonlyMap<string, Role>;
  } {
    return {
      lastPrimary: keeper.primary?.name ?? null,
      detached: keeper.detached,
      previousRoleOf: before?.roleOf ?? new Map(),
    };
  }

  function build(): ClusterSnapshot {
    const { snapshot } = buildSnapshot(
      {
        name: cluster,
        kind: options.kind ?? 'replication',
        sandbox: options.sandbox ?? false,
        now: now(),
        pollMs: poll.everySeconds * 1000,
        lagLimits: options.lagLimits,
        servers: [...records.values()].map((record) => record.view()),
        memory: roleMemory(roles),
        history: keeper.history,
        operation: options.operation?.() ?? { operationId: null, interrupted: null },
      },
      problems,
    );
    problems = snapshot.problems;
    return snapshot;
  }

  function soon(): void {
    pending ??= setTimeout(publish, coalesceMs);
  }

  function publish(): ClusterSnapshot {
    clearTimeout(pending);
    pending = undefined;
    newest = build();
    options.onSnapshot(newest);
    return newest;
  }

  /** Ages move even where nothing lands: a snapshot a second, and its samples. */
  function tick(): void {
    const snapshot = publish();
    recorder.record(snapshot, lastTick);
    lastTick = now();
    recorder.maintain(lastTick);
  }

  return {
    async start() {
      await keeper.load();
      lastTick = now();
      for (const poller of pollers.values()) poller.start();
      agents.start();
      ticker = setInterval(tick, Math.max(poll.everySeconds, 1) * 1000);
    },
    async stop() {
      clearInterval(ticker);
      clearTimeout(pending);
      agents.stop();
      for (const poller of pollers.values()) poller.stop();
      for (const pool of pools.values()) pool.close();
      await recorder.settled();
    },
    snapshot: () => newest,
    async lookNow(servers) {
      const wanted = [...pollers].filter(([name]) => servers?.includes(name) ?? true);
      await Promise.all(wanted.map(async ([, poller]) => await poller.lookNow()));
      return publish();
    },
    observationOf: (server) => records.get(server)?.last ?? null,
    factsOf(server) {
      const up = records.get(server)?.up;
      return up ? { facts: up.facts, at: up.at } : null;
    },
    lastPrimary: () => keeper.primary,
    remembered: async (server) => await keeper.events(server),
    async primaryIs(server) {
      await keeper.primaryIs(server);
      soon();
    },
    async markDetached(server) {
      await keeper.mark(server, true);
      soon();
    },
    refresh: soon,
    storeFault: () => faults.get('samples') ?? faults.get('memory') ?? null,
  };
}
