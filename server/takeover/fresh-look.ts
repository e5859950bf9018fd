import type { EventRow } from '../mariadb/events-move.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import { answers } from './classify.ts';
import type { PlannedServer } from './plan-input.ts';

/** The steps that use it begin milliseconds after it; a console that slept in between looks again. */
const FRESH_MS = 1_000;

interface Seen {
  readonly facts: ServerFacts;
  readonly events: readonly EventRow[];
}

/**
 * The look with which a click is checked. Of a failover its first steps ask the same an instant later: writes are down, so
 * they take it from here.
 */
export class FreshLook {
  readonly #at = performance.now();
  readonly #servers: readonly PlannedServer[];

  constructor(servers: readonly PlannedServer[]) {
    this.#servers = servers;
  }

  /** What that server answered; null where it did not, or where that is too long ago. */
  of(server: string): Seen | null {
    const found = this.#find(server);
    if (!found?.facts || !found.preflight || !answers(found)) return null;
    return { facts: found.facts, events: found.preflight.events };
  }

  /** Whether it said nothing at all, not even that it refuses us. False where that is too long ago. */
  silent(server: string): boolean {
    const seen = this.#find(server)?.observation;
    return seen?.kind === 'unreachable' && seen.reason !== 'access-denied' && seen.reason !== 'too-many-connections';
  }

  #find(server: string): PlannedServer | undefined {
    if (performance.now() - this.#at > FRESH_MS) return undefined;
    return this.#servers.find(({ name }) => name === server);
  }
}
