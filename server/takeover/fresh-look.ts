import type { EventRow } from '../mariadb/events-move.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import type { PlannedServer } from './plan-input.ts';
import { speaks } from './speaks.ts';

/** The steps that use it begin milliseconds after it; what was seen before that is looked at again. */
const FRESH_MS = 1_000;

export interface Seen {
  readonly facts: ServerFacts;
  readonly events: readonly EventRow[];
}

/**
 * The look with which a click is checked. Of a failover its first steps ask the same an instant later: writes are down, so
 * they take it from here.
 */
export class FreshLook {
  readonly #servers: readonly PlannedServer[];
  readonly #now: () => number;

  /** `now`: the clock of the observations, in milliseconds. */
  constructor(servers: readonly PlannedServer[], now: () => number) {
    this.#servers = servers;
    this.#now = now;
  }

  /** What that server answered; null where it did not, or where that is longer ago. */
  of(server: string, withinMs = FRESH_MS): Seen | null {
    const found = this.#find(server, withinMs);
    if (found?.observation?.kind !== 'up' || !found.preflight) return null;
    return { facts: found.observation.facts, events: found.preflight.events };
  }

  /** Whether it said nothing at all, not even that it refuses us. False where that is too long ago. */
  silent(server: string): boolean {
    const seen = this.#find(server, FRESH_MS)?.observation;
    return seen?.kind === 'unreachable' && !speaks(seen.reason);
  }

  /** Each by its own look: between that of one server and the click's end others may have taken seconds. */
  #find(server: string, withinMs: number): PlannedServer | undefined {
    const found = this.#servers.find(({ name }) => name === server);
    const age = found?.observation ? this.#now() - found.observation.at : Infinity;
    return age >= 0 && age <= withinMs ? found : undefined;
  }
}
