import { messageOf } from '../contract/errors.ts';
import type { Role } from '../contract/snapshot.ts';
import { formatGtidList, type GtidList } from '../mariadb/gtid.ts';
import type { EventRow } from '../mariadb/events-move.ts';
import type { Pool } from '../mariadb/pool.ts';
import { holdsPrivilege } from '../mariadb/grants.ts';
import { readEvents } from '../mariadb/events.ts';
import { positionOf } from './connections.ts';
import { within } from './deadline.ts';
import { stateOf } from './errant.ts';
import { LagHistory } from './lag-history.ts';
import type { LastPrimary, ProblemAge, RememberedEvents, WatchMemory } from './memory.ts';
import type { UpObservation } from './observation.ts';

/** How often what is remembered goes to the store: small and telling often, large seldom. */
const primaryEveryMs = 2_000;
const historyEveryMs = 30_000;
const eventsEveryMs = 30_000;
const problemsEveryMs = 10_000;
/** A console that was away for longer can't say that what it finds has stood all the while. */
const problemsKeptMs = 10 * 60_000;
/** After its start; some problems show only when a server was looked at for a while. */
const problemsAwaitedMs = 60_000;
/** A store that does not answer must not hold the watch up. */
const storeTimeoutMs = 5_000;

export interface KeeperOptions {
  readonly memory: WatchMemory;
  readonly now: () => number;
  /** Told of each store failure and, with null, of the next success. */
  readonly onStore: (fault: string | null) => void;
}

/**
 * What the watch knows beyond the present: the primary's last word, the history of its positions, its events, and which
 * servers were detached. Kept in the process, and written to the store so that a console that starts again goes on.
 */
export class Keeper {
  readonly #options: KeeperOptions;
  history = new LagHistory();
  #primary: LastPrimary | null = null;
  #detached: ReadonlySet<string> = new Set();
  /** Marks of ours that are on their way to the store. */
  #marking = 0;
  /** What we marked (true) or took back (false), by server, and the store does not have yet. */
  readonly #unwritten = new Map<string, boolean>();
  /** Marked servers that were seen without replication since. */
  #alone = new Set<string>();
  readonly #events = new Map<string, RememberedEvents>();
  readonly #writtenAt = new Map<string, number>();
  readonly #writing = new Map<string, Promise<void>>();
  #seen = false;
  #left: { readonly problems: readonly ProblemAge[]; readonly until: number } = { problems: [], until: -Infinity };
  #standing: readonly ProblemAge[] = [];

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get primary(): LastPrimary | null {
    return this.#primary;
  }

  get detached(): ReadonlySet<string> {
    return this.#detached;
  }

  /** Reads what an earlier process left, bounded; a store that fails leaves it empty. */
  async load(): Promise<void> {
    const { memory, now } = this.#options;
    await this.#guard(async () => {
      this.#primary = await memory.primary();
      this.#detached = await memory.detached();
      this.#alone = new Set(this.#detached);
      this.history = await memory.history(now());
      const left = await memory.problems();
      if (left && now() - left.at < problemsKeptMs) {
        this.#left = { problems: left.problems, until: now() + problemsAwaitedMs };
      }
    });
  }

  /** Since when problems stand that an earlier process saw last; [] once this one has looked for long enough itself. */
  get problemsBefore(): readonly ProblemAge[] {
    return this.#options.now() < this.#left.until ? this.#left.problems : [];
  }

  /** What is wrong now, by a whole look. */
  problemsStand(problems: readonly ProblemAge[]): void {
    if (problems.length === 0 && this.#standing.length === 0) return;
    this.#standing = problems.map(({ code, server, since }) => ({ code, server, since }));
    this.#every('problems', problemsEveryMs, async (memory) => await this.#putProblems(memory));
  }

  /** The primary was read. */
  seen(name: string, observation: UpObservation): void {
    const { facts, at, roundTripMs } = observation;
    const position = positionOf(facts);
    const state = stateOf(facts);
    this.history.record(position, state, { startedAt: at - roundTripMs, at });
    this.#primary = lastPrimary(name, at, position, state);
    this.#seen = true;
    this.#every('primary', primaryEveryMs, async (memory) => {
      if (this.#primary) await memory.putPrimary(this.#primary);
    });
    this.#every('detached', primaryEveryMs, async (memory) => await this.#learnDetached(memory));
    this.#every('history', historyEveryMs, async (memory) => await memory.putHistory(this.history, at));
  }

  /** Somebody who knows (a takeover) says which server is the primary from now on. */
  async primaryIs(name: string): Promise<void> {
    const at = this.#options.now();
    this.#primary = { ...(this.#primary ?? lastPrimary(name, at, [], [])), name };
    // A look that fell between its opening and the end of the takeover has seen its events before they were enabled.
    this.#writtenAt.delete(`events ${name}`);
    await this.#guard(async (memory) => {
      // Both at once, and the failure of both is taken: one that nobody awaits would end the console.
      await Promise.all([this.#mark(name, false, at), this.#primary && memory.putPrimary(this.#primary)]);
    });
  }

  /** Puts a server outside the count of primaries. Rejects where the store fails: the mark would not last. */
  async markDetached(server: string): Promise<void> {
    await this.#mark(server, true, this.#options.now());
  }

  /** A marked server that was seen on its own and now replicates is detached no more. */
  seenAs(server: string, role: Role): void {
    // Also while there is no primary to be seen.
    if (this.#unwritten.size > 0)
      this.#every('detached', primaryEveryMs, async (memory) => await this.#learnDetached(memory));
    if (!this.#detached.has(server)) return;
    // The mark comes before the act: until then it still replicates.
    if (role !== 'replica') this.#alone.add(server);
    if (role !== 'replica' || !this.#alone.delete(server)) return;
    void this.#guard(async () => await this.#mark(server, false, this.#options.now()));
  }

  async #mark(server: string, detached: boolean, at: number): Promise<void> {
    this.#unwritten.set(server, detached);
    this.#detached = marked(this.#detached, this.#unwritten);
    await this.#writeMarks(at);
  }

  /** Into what stands in the store then: what another console has marked stays. */
  async #writeMarks(at: number): Promise<void> {
    const ours = new Map(this.#unwritten);
    let now: ReadonlySet<string> = this.#detached;
    this.#marking += 1;
    try {
      await this.#options.memory.changeDetached((kept) => (now = marked(kept, ours)), at);
      for (const [server, detached] of ours)
        if (this.#unwritten.get(server) === detached) this.#unwritten.delete(server);
      this.#detached = marked(now, this.#unwritten);
    } finally {
      this.#marking -= 1;
    }
  }

  /**
   * What a console that shares the store has marked: here its server would look like a second primary. Marks of ours that a
   * full disk kept from being written are tried again instead.
   */
  async #learnDetached(memory: WatchMemory): Promise<void> {
    if (this.#unwritten.size > 0) return await this.#writeMarks(this.#options.now());
    const before = this.#detached;
    const kept = await memory.detached();
    if (this.#marking === 0 && this.#detached === before) this.#detached = kept;
  }

  /** Reads the primary's events where the account may see all of them, each 30 s. A look that fails is tried again then. */
  rememberEvents(name: string, observation: UpObservation, pool: Pool, timeoutMs: number): void {
    const { grants, version } = observation.facts;
    if (!holdsPrivilege(grants, 'EVENT', version)) return;
    this.#every(`events ${name}`, eventsEveryMs, async (memory) => {
      const events = await eventsOf(pool, timeoutMs);
      if (!events) return;
      const remembered = { at: this.#options.now(), events };
      this.#events.set(name, remembered);
      await memory.putEvents(name, remembered);
    });
  }

  /** The events of a server as last seen while it was the primary; null where nobody saw them. */
  async events(name: string): Promise<RememberedEvents | null> {
    return this.#events.get(name) ?? (await this.#options.memory.events(name));
  }

  /** Writes what is newer than the store has it, and resolves when nothing is being written. */
  async flush(): Promise<void> {
    await Promise.all(this.#writing.values());
    await this.#guard(async (memory) => {
      if (this.#unwritten.size > 0) await this.#writeMarks(this.#options.now());
      if (this.#standing.length > 0) await this.#putProblems(memory);
      if (!this.#seen) return;
      if (this.#primary) await memory.putPrimary(this.#primary);
      await memory.putHistory(this.history, this.#options.now());
    });
  }

  async #putProblems(memory: WatchMemory): Promise<void> {
    await memory.putProblems({ at: this.#options.now(), problems: this.#standing });
  }

  #every(what: string, everyMs: number, act: (memory: WatchMemory) => Promise<void>): void {
    const now = this.#options.now();
    const age = now - (this.#writtenAt.get(what) ?? -Infinity);
    if (this.#writing.has(what) || (age >= 0 && age < everyMs)) return;
    this.#writtenAt.set(what, now);
    this.#writing.set(
      what,
      this.#guard(act).finally(() => this.#writing.delete(what)),
    );
  }

  async #guard(act: (memory: WatchMemory) => Promise<void>): Promise<void> {
    try {
      await within(storeTimeoutMs, 'store', act(this.#options.memory));
      this.#options.onStore(null);
    } catch (error) {
      this.#options.onStore(messageOf(error));
    }
  }
}

async function eventsOf(pool: Pool, timeoutMs: number): Promise<EventRow[] | null> {
  try {
    return await pool.use(timeoutMs, async (connection, leftMs) => await readEvents(connection, leftMs()));
  } catch {
    // That a server does not answer is told by the next look at it.
    return null;
  }
}

function lastPrimary(name: string, at: number, position: GtidList, state: GtidList): LastPrimary {
  return { name, at, position: formatGtidList(position), state: formatGtidList(state) };
}

/** The set with those that are marked, and without those whose mark is taken back. */
function marked(detached: ReadonlySet<string>, changes: ReadonlyMap<string, boolean>): ReadonlySet<string> {
  const after = new Set(detached);
  for (const [server, is] of changes) {
    if (is) after.add(server);
    else after.delete(server);
  }
  return after;
}
