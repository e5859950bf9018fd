import { isDeepStrictEqual } from 'node:util';
import type { Maintenance } from '../contract/maintenance.ts';
import type { Problem } from '../contract/snapshot.ts';
import type { EventRow } from '../mariadb/events-move.ts';
import type { MemoryStore } from '../store/store.ts';
import { LagHistory, type LagHistoryData } from './lag-history.ts';

/** The last word of a primary: where it stood when the console read it last. */
export interface LastPrimary {
  readonly name: string;
  readonly at: number;
  /** GTID lists as text: gtid_binlog_pos (with what a first copy brought), and all it holds per domain and server. */
  readonly position: string;
  readonly state: string;
}

/** A primary's events, and when they were read. */
export interface RememberedEvents {
  readonly at: number;
  readonly events: readonly EventRow[];
}

/** Since when a problem stands: its code and server are what it is known by. */
export type ProblemAge = Pick<Problem, 'code' | 'server' | 'since'>;

/** The problems that stood at an instant. */
export interface RememberedProblems {
  readonly at: number;
  readonly problems: readonly ProblemAge[];
}

/** What a cluster's watch keeps beyond the process. Reads answer null for what is absent or damaged; both reject as the store does. */
export interface WatchMemory {
  primary(): Promise<LastPrimary | null>;
  putPrimary(primary: LastPrimary): Promise<void>;
  history(now: number): Promise<LagHistory>;
  putHistory(history: LagHistory, now: number): Promise<void>;
  detached(): Promise<ReadonlySet<string>>;
  /** Puts what `change` answers in the place of what stands in the store then, whoever wrote it; nothing is written where it is the same. */
  changeDetached(change: (servers: ReadonlySet<string>) => ReadonlySet<string>, now: number): Promise<void>;
  maintenance(): Promise<ReadonlyMap<string, Maintenance>>;
  /** Lets `change` alter what stands in the store then, whoever wrote it; false: nothing is written. */
  changeMaintenance(change: (all: Map<string, Maintenance>) => boolean, now: number): Promise<void>;
  events(server: string): Promise<RememberedEvents | null>;
  putEvents(server: string, events: RememberedEvents): Promise<void>;
  problems(): Promise<RememberedProblems | null>;
  putProblems(problems: RememberedProblems): Promise<void>;
}

/** The memory of one cluster in the store. */
export function createWatchMemory(store: MemoryStore, cluster: string): WatchMemory {
  const key = (what: string): string => `topology/${cluster}/${what}`;
  async function read<T>(what: string): Promise<T | null> {
    return valueIn<T | null>(await store.get(key(what)), null);
  }
  async function write(what: string, value: unknown, at: number): Promise<void> {
    await store.put(key(what), asText(value), at);
  }
  return {
    primary: async () => await read<LastPrimary>('primary'),
    putPrimary: async (primary) => await write('primary', primary, primary.at),
    history: async (now) => LagHistory.from((await read<LagHistoryData>('history')) ?? [], now),
    putHistory: async (history, now) => await write('history', history, now),
    detached: async () => new Set(await read<string[]>('detached')),
    changeDetached: async (change, now) => {
      const changed = (kept: string | null): string | null => {
        const before = new Set(valueIn<string[]>(kept, []));
        const after = change(before);
        return isDeepStrictEqual(after, before) ? null : asText([...after]);
      };
      await store.change(key('detached'), changed, now);
    },
    maintenance: async () => new Map(Object.entries((await read<Record<string, Maintenance>>('maintenance')) ?? {})),
    changeMaintenance: async (change, now) => {
      const changed = (kept: string | null): string | null => {
        const all = new Map(Object.entries(valueIn<Record<string, Maintenance>>(kept, {})));
        return change(all) ? asText(Object.fromEntries(all)) : null;
      };
      await store.change(key('maintenance'), changed, now);
    },
    events: async (server) => await read<RememberedEvents>(`events/${server}`),
    putEvents: async (server, events) => await write(`events/${server}`, events, events.at),
    problems: async () => await read<RememberedProblems>('problems'),
    putProblems: async (problems) => await write('problems', problems, problems.at),
  };
}

/** What stands in a text that `asText` made; the other value where it is absent, damaged or from another version. */
function valueIn<T>(kept: string | null, otherwise: T): T {
  if (kept === null) return otherwise;
  try {
    // Only this file writes these texts: their shape is what was put.
    const parsed: { format: number; value: T } = JSON.parse(kept);
    return parsed.format === 1 ? parsed.value : otherwise;
  } catch {
    return otherwise;
  }
}

function asText(value: unknown): string {
  return JSON.stringify({ format: 1, value });
}
