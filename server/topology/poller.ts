import type { SlowFacts } from '../mariadb/slow-facts.ts';
import { countersIn, type Counters } from '../mariadb/server-facts.ts';
import { settled } from './observe.ts';
import type { Observation } from './observation.ts';

/** Grants, registered replicas and dump connections change seldom: read again after this long, or when replicas come and go. */
const slowEveryMs = 15_000;

export interface PollerOptions {
  readonly everyMs: number;
  readonly now: () => number;
  /** One look within its own deadline; must not reject. */
  readonly look: (slow: SlowFacts | undefined, counters: Counters | undefined) => Promise<Observation>;
  readonly onLanded: (observation: Observation) => void;
}

/** Polls one server on its own timer: never twice at once, and never waiting for another server. */
export interface Poller {
  start(): void;
  stop(): void;
  /** A look that began, or failed, after this call. `quick`: what changes seldom, and what it only counts, is taken as it was read last. */
  lookNow(quick?: boolean): Promise<void>;
}

type How = 'timed' | 'fresh' | 'quick';

/** A poller that is not started yet. */
export function createPoller(options: PollerOptions): Poller {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<Observation> | null = null;
  let previous: Observation | null = null;
  let slow: { readonly facts: SlowFacts; readonly at: number; readonly replicas: number } | null = null;
  let stopped = true;

  function usableSlow(): SlowFacts | undefined {
    return slow && options.now() - slow.at < slowEveryMs ? slow.facts : undefined;
  }

  async function look(how: How): Promise<Observation> {
    const known = how === 'fresh' ? undefined : usableSlow();
    const counters = how === 'quick' && previous?.kind === 'up' ? countersIn(previous.facts) : undefined;
    const observation = settled(previous, await options.look(known, counters));
    if (observation.kind === 'up') {
      const { facts, at } = observation;
      if (!known) slow = { facts, at, replicas: facts.replicasConnected };
      else if (slow?.replicas !== facts.replicasConnected) slow = null;
    }
    previous = observation;
    if (!stopped) options.onLanded(observation);
    return observation;
  }

  async function only(how: How): Promise<Observation> {
    running = look(how).finally(() => (running = null));
    return await running;
  }

  function schedule(delayMs: number): void {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void turn(), delayMs);
  }

  async function turn(): Promise<void> {
    if (running) return;
    const started = performance.now();
    await only('timed');
    // Never back to back: a server that answers slowly gets air in between.
    schedule(Math.max(options.everyMs - (performance.now() - started), options.everyMs / 10));
  }

  return {
    start() {
      stopped = false;
      schedule(0);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    async lookNow(quick = false) {
      clearTimeout(timer);
      try {
        // A look that is under way began before: it counts only where it fails, since that tells of now.
        const underWay = await running;
        if (underWay?.kind !== 'unreachable') await (running ?? only(quick ? 'quick' : 'fresh'));
      } finally {
        schedule(options.everyMs);
      }
    },
  };
}
