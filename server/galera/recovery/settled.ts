import { setTimeout as delay } from 'node:timers/promises';
import type { NodeStatus } from '../../contract/galera-status.ts';
import type { Act } from '../../operations/step.ts';
import { statusOf, type WithAgents } from './context.ts';
import { wrongWith } from './wrong-with.ts';

/** A change of membership settles within seconds. */
export const SETTLE_MS = 30_000;
const PAUSE_MS = 100;

/** How a wait for whole members ended. */
export interface Settled {
  /** What is wrong with them, in a sentence; null: nothing. */
  readonly wrong: string | null;
  /** As they were seen last; null: no answer. */
  readonly found: readonly { readonly name: string; readonly status: NodeStatus | null }[];
}

/** Waits until these nodes, and no others, are one Primary component of that history, all Synced; 30 s at most. */
export async function settled(context: WithAgents, act: Act, names: readonly string[], uuid: string): Promise<Settled> {
  const until = performance.now() + Math.min(SETTLE_MS, act.deadline.remainingMs());
  for (;;) {
    const found = await Promise.all(names.map(async (name) => ({ name, status: await statusOf(context, name) })));
    const wrong = wrongWith(found, uuid);
    if (wrong === null || act.signal.aborted || performance.now() >= until) return { wrong, found };
    act.waitsFor(wrong);
    await delay(PAUSE_MS);
  }
}
