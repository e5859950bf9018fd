import type { TakeoverPlan } from '../contract/takeover.ts';
import { Links, purposesOf } from './links.ts';
import type { TakeoversParts } from './parts.ts';
import { persistedReadOnly } from './persisted-read-only.ts';
import { stepParts } from './program.ts';

/** For a connection that is opened ahead: a server that answers does so in milliseconds. */
const AHEAD_MS = 2_000;
const noop = (): void => undefined;

/** What a takeover finds ready when it is confirmed. */
export interface Ready {
  readonly links: Links;
  /** What the old primary's agent keeps for its next start; undefined where it was not asked, or did not answer yet. */
  readonly persisted: boolean | null | undefined;
}

interface Kept {
  readonly planId: string;
  readonly links: Links;
  persisted: Ready['persisted'];
  readonly timer: NodeJS.Timeout;
}

/**
 * What a failover needs, made ready when its plan is shown and kept while it may be confirmed: writes are down, and at the
 * click nothing has to connect. Of the newest plan only; nothing is locked or changed.
 */
export class WarmLinks {
  readonly #parts: TakeoversParts;
  #kept: Kept | null = null;

  constructor(parts: TakeoversParts) {
    this.#parts = parts;
  }

  /** Opens them for a plan that was just made; those of the plan before are closed. */
  warm(plan: TakeoverPlan): void {
    this.close();
    if (plan.kind !== 'failover') return;
    const lifeMs = Date.parse(plan.expiresAt) - this.#parts.now();
    const timer = setTimeout(() => this.close(), lifeMs);
    const kept: Kept = { planId: plan.id, links: this.#open(plan), persisted: undefined, timer };
    this.#kept = kept;
    const agent = plan.oldPrimary === null ? null : this.#parts.agent(plan.oldPrimary);
    if (agent) persistedReadOnly(agent).then((value) => (kept.persisted = value), noop);
  }

  /** Those of the plan, which are the caller's now; opened where they are not. */
  take(plan: TakeoverPlan): Ready {
    const kept = this.#kept?.planId === plan.id ? this.#kept : null;
    if (!kept) return { links: this.#open(plan), persisted: undefined };
    clearTimeout(kept.timer);
    this.#kept = null;
    return { links: kept.links, persisted: kept.persisted };
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
