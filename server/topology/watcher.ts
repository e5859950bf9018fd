import { BatonError } from '../contract/errors.ts';
import type { Maintenance } from '../contract/maintenance.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { Pool } from '../mariadb/pool.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import type { MemoryStore, SampleStore } from '../store/store.ts';
import { ClusterState } from './cluster-state.ts';
import { galeraRoles } from './galera-roles.ts';
import { Keeper } from './keeper.ts';
import { maintenanceAt } from './maintenance.ts';
import { MaintenanceBook } from './maintenance-book.ts';
import { createWatchMemory, type LastPrimary, type ProblemAge, type RememberedEvents } from './memory.ts';
import { observe } from './observe.ts';
import type { Observation } from './observation.ts';
import { createPoller, type Poller } from './poller.ts';
import { createRecorder } from './recorder.ts';
import { resolveRoles } from './roles.ts';
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
  readonly operation?: () => OperationFacts;
  readonly onSnapshot: (snapshot: ClusterSnapshot) => void;
  /** Told of each server whose maintenance has ended by its time; where it rejects it is told again. */
  readonly onMaintenanceOver?: (server: string, was: Maintenance) => Promise<void>;
}

/** Keeps watch over one cluster. */
export interface Watcher {
  /** Reads what an earlier process left (bounded) and begins to poll. */
  start(): Promise<void>;
  /** Ends every timer and connection, but those of pools that another watcher goes on with. */
  stop(handedOver?: ReadonlySet<Pool>): Promise<void>;
  /** The newest snapshot; before the first look one that says that nothing is known. */
  snapshot(): ClusterSnapshot;
  /** A snapshot in which every named server (default: all) was looked at, or failed, after this call, with what any console has set aside until then. Takes at most twice the poll's deadline. `quick`: grants and registered replicas are taken as they were read last, within 15 s, and counters as at the last look. */
  lookNow(servers?: readonly string[], quick?: boolean): Promise<ClusterSnapshot>;
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
  /** Sets a server aside: no alerts of it and no candidate, until then. Rejects as the store does. */
  setAside(server: string, maintenance: Maintenance): Promise<void>;
  /** How a server is set aside by the store's word, also where another console did it; null: it is not. Rejects as the store does. */
  maintenanceOf(server: string): Promise<Maintenance | null>;
  /** Ends that before its time, and answers what it was; null where it is not set aside. Rejects as the store does. */
  endMaintenance(server: string): Promise<Maintenance | null>;
  /** Takes in what the agent of a server said, or that it does not answer. A server nobody tells of has no agent. */
  agentSays(server: string, facts: AgentFacts): void;
  /** Makes a new snapshot soon: something outside the servers has changed (an operation began or ended). */
  refresh(): void;
  /** What the store said when it failed last; null while it works. */
  storeFault(): string | null;
}

/** Looks that land within this time make one snapshot. */
const coalesceMs = 60;
/** Ages move even where nothing lands: a snapshot at least so often. */
const ageEveryMs = 700;

/** A watcher that is not started yet. It owns the pools: `stop` closes them. */
export function createWatcher(options: WatcherOptions): Watcher {
  const { cluster, now, poll } = options;
  const pollMs = poll.everySeconds * 1000;
  const timeoutMs = poll.timeoutSeconds * 1000;
  const galera = options.kind === 'galera';
  const pools = new Map(options.servers.map((server) => [server.name, server.pool]));
  const faults = new Map<string, string | null>();
  const memory = createWatchMemory(options.store.memory, cluster);
  const book = new MaintenanceBook(memory, now);
  const keeper = new Keeper({
    memory,
    now,
    onStore: (fault) => faults.set('memory', fault),
  });
  const recorder = createRecorder(options.store.samples, (fault) => faults.set('samples', fault));
  const state = new ClusterState(options.servers, keeper, galera ? galeraRoles : resolveRoles, (name) => {
    const [pool, up] = [pools.get(name), state.record(name)?.up];
    if (pool && up) keeper.rememberEvents(name, up, pool, timeoutMs);
  });
  const pollers = new Map(options.servers.map((server) => [server.name, pollerOf(server)]));
  let newest = build([]);
  let builtAt = now();
  let pending: NodeJS.Timeout | undefined;
  let ticker: NodeJS.Timeout | undefined;
  let lastTick = 0;
  let stopped = false;
  let lookingIntoBook = false;

  /** To connect costs more than to ask: who answered last is asked first. */
  function turnOf(name: string): number {
    return state.record(name)?.last?.kind === 'up' ? 0 : 1;
  }

  function pollerOf(server: WatcherOptions['servers'][number]): Poller {
    return createPoller({
      everyMs: pollMs,
      now,
      look: async (slow, counters) =>
        await observe(server.pool, {
          timeoutMs,
          now,
          galera,
          ...(slow ? { slow } : {}),
          ...(counters ? { counters } : {}),
        }),
      onLanded: (observation) => {
        state.landed(server.name, observation);
        soon();
      },
    });
  }

  function build(previous: readonly ProblemAge[]): ClusterSnapshot {
    const view = {
      name: cluster,
      kind: options.kind ?? 'replication',
      sandbox: options.sandbox ?? false,
      now: now(),
      pollMs,
      lagLimits: options.lagLimits,
      servers: state.views(),
      memory: state.roleMemory(),
      history: keeper.history,
      operation: options.operation?.() ?? { operationId: null, interrupted: null },
      maintenance: book.all,
    };
    return buildSnapshot(view, previous).snapshot;
  }

  function soon(): void {
    if (stopped) return;
    pending ??= setTimeout(publish, coalesceMs);
  }

  function take(): ClusterSnapshot {
    newest = build([...newest.problems, ...keeper.problemsBefore]);
    builtAt = now();
    return newest;
  }

  function publish(): ClusterSnapshot {
    clearTimeout(pending);
    pending = undefined;
    take();
    if (newest.health !== 'unknown') keeper.problemsStand(newest.problems);
    options.onSnapshot(newest);
    return newest;
  }

  function tick(): void {
    if (Math.abs(now() - builtAt) >= ageEveryMs) publish();
    recorder.record(newest, lastTick);
    lastTick = Date.parse(newest.observedAt);
    recorder.maintain(now());
    void lookIntoBook();
  }

  /** One at a time: behind a store that does not answer nothing piles up. */
  async function lookIntoBook(): Promise<void> {
    if (lookingIntoBook) return;
    lookingIntoBook = true;
    await loadBook();
    const { onMaintenanceOver } = options;
    // Whoever is told says what failed.
    if (onMaintenanceOver) await book.tellOver(onMaintenanceOver).catch(() => undefined);
    lookingIntoBook = false;
  }

  /** What another console on the store has set aside or ended counts here as well. Never rejects. */
  async function loadBook(atMostMs?: number): Promise<void> {
    const before = book.all;
    faults.set('maintenance', await book.load(atMostMs));
    if (book.all !== before) soon();
  }

  return {
    async start() {
      await keeper.load();
      await loadBook();
      for (const poller of pollers.values()) poller.start();
      ticker = setInterval(tick, Math.max(pollMs, 1000));
    },
    async stop(handedOver = new Set()) {
      stopped = true;
      clearInterval(ticker);
      clearTimeout(pending);
      for (const poller of pollers.values()) poller.stop();
      for (const pool of pools.values()) if (!handedOver.has(pool)) pool.close();
      await Promise.all([recorder.settled(), keeper.flush(), book.settled()]);
    },
    snapshot: () => newest,
    async lookNow(servers, quick = false) {
      const wanted = [...pollers]
        .filter(([name]) => servers?.includes(name) ?? true)
        .toSorted(([a], [b]) => turnOf(a) - turnOf(b));
      await Promise.all([...wanted.map(async ([, poller]) => await poller.lookNow(quick)), loadBook(timeoutMs)]);
      if (!quick) return publish();
      // Who asks so is in a hurry: the others are told in a moment.
      soon();
      return take();
    },
    observationOf: (server) => state.record(server)?.last ?? null,
    factsOf(server) {
      const up = state.record(server)?.up;
      return up ? { facts: up.facts, at: up.at } : null;
    },
    lastPrimary: () => keeper.primary,
    remembered: async (server) => await keeper.events(server),
    async primaryIs(server) {
      await keeper.primaryIs(server);
      soon();
    },
    async markDetached(server) {
      await keeper.markDetached(server);
      soon();
    },
    async setAside(server, maintenance) {
      await book.setAside(server, maintenance);
      publish();
    },
    async maintenanceOf(server) {
      const fault = await book.load();
      if (fault !== null) throw new BatonError('unavailable', fault);
      return maintenanceAt(book.all, server, now());
    },
    async endMaintenance(server) {
      const was = await book.end(server);
      publish();
      return was;
    },
    agentSays(server, facts) {
      const record = state.record(server);
      if (record) record.agent = facts;
      soon();
    },
    refresh: soon,
    storeFault: () => faults.get('samples') ?? faults.get('memory') ?? faults.get('maintenance') ?? null,
  };
}
