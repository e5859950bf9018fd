import type { TakeoverPlan } from '../contract/takeover.ts';
import { Links, purposesOf } from './links.ts';
import type { TakeoversParts } from './parts.ts';
import { stepParts } from './program.ts';

/** For a connection that is opened ahead: a server that answers does so in milliseconds. */
const AHEAD_MS = 2_000;
const noop = (): void => undefined;

/**
 * The connections that a failover needs, opened when its plan is shown and kept while it may be confirmed: writes are down,
 * and at the click nothing has to connect. Of the newest plan only; nothing is locked or changed on them.
 */
export class WarmLinks {
  readonly #parts: TakeoversParts;
  #kept: { readonly planId: string; readonly links: Links; readonly timer: NodeJS.Timeout } | null = null;

  constructor(parts: TakeoversParts) {
    this.#parts = parts;
  }

  /** Opens them for a plan that was just made; those of the plan before are closed. */
  warm(plan: TakeoverPlan): void {
    this.close();
    if (plan.kind !== 'failover') return;
    const lifeMs = Date.parse(plan.expiresAt) - this.#parts.now();
    this.#kept = { planId: plan.id, links: this.#open(plan), timer: setTimeout(() => this.close(), lifeMs) };
  }

  /** Those of the plan, which are the caller's now; opened where they are not. */
  take(plan: TakeoverPlan): Links {
    const kept = this.#kept?.planId === plan.id ? this.#kept : null;
    if (!kept) return this.#open(plan);
    clearTimeout(kept.timer);
    this.#kept = null;
    return kept.links;
  }

  close(): void {
    if (!this.#kept) return;
    clearTimeout(this.#kept.timer);
    this.#kept.links.abandon();
    this.#kept = null;
  }

  /** Where one can't be opened, the lock will say so. */
  #open(plan: TakeoverPlan): Links {
    const { cluster, watch } = this.#parts;
    const links = new Links(stepParts(this.#parts).connect);
    for (const { name } of cluster.servers) {
      const isOut = name === plan.oldPrimary && plan.kind !== 'switchover';
      if (isOut || watch.observationOf(name)?.kind !== 'up') continue;
      for (const purpose of purposesOf(plan, name)) links.open(name, purpose, AHEAD_MS).catch(noop);
    }
    return links;
  }
}
