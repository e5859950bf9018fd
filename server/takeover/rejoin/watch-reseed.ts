import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../../contract/errors.ts';
import type { Reseed } from '../../contract/reseed.ts';
import type { Act } from '../../operations/step.ts';
import type { TakeoverAgent } from '../agent.ts';

const POLL_MS = 400;

/**
 * Asks the agent until the reseed is in one of the states, telling each look to `show`. Answers the last look; null when
 * the deadline passed, the signal was aborted, or the agent did not answer for `patienceMs`. An agent that knows no such
 * reseed is a failure of the reseed: rejects with its BatonError.
 */
export async function watchReseed(
  agent: TakeoverAgent,
  id: string,
  act: Act,
  options: {
    readonly until: readonly Reseed['state'][];
    readonly patienceMs: number;
    readonly show: (reseed: Reseed) => string | null;
  },
): Promise<Reseed | null> {
  let silentSince: number | null = null;
  while (act.deadline.remainingMs() > 0 && !act.signal.aborted) {
    try {
      const now = await agent.reseed(id);
      if (options.until.includes(now.state)) return now;
      silentSince = null;
      act.waitsFor(options.show(now));
    } catch (error) {
      if (!(error instanceof BatonError) || error.code !== 'unavailable') throw error;
      silentSince ??= performance.now();
      const silentMs = performance.now() - silentSince;
      if (silentMs > options.patienceMs) return null;
      act.waitsFor(`the agent to answer again, for ${Math.round(silentMs / 1000)} s`);
    }
    await delay(POLL_MS, undefined, { signal: act.signal }).catch(() => undefined);
  }
  return null;
}
