import { createHash } from 'node:crypto';
import type { Decision, NodeReport, RecoveryPlan } from '../../contract/galera.ts';
import { plannedSteps } from './program.ts';
import { taskOf } from './task.ts';

/** Long enough to read a review page; what has changed meanwhile is compared anyway. */
const LIFE_MS = 60_000;
const KEPT_MS = 10 * 60_000;

/** The plans that were shown and not yet confirmed. In memory: after a restart one reviews again. */
export class RecoveryPlans {
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #kept = new Map<string, { readonly plan: RecoveryPlan; readonly expiresAt: number }>();

  constructor(now: () => number, newId: () => string) {
    this.#now = now;
    this.#newId = newId;
  }

  add(cluster: string, decision: Decision, reports: readonly NodeReport[]): RecoveryPlan {
    const now = this.#now();
    for (const [id, { expiresAt }] of this.#kept) if (now > expiresAt + KEPT_MS) this.#kept.delete(id);
    const { recommended, verdict } = decision;
    const expiresAt = now + LIFE_MS;
    const plan: RecoveryPlan = {
      ...decision,
      id: this.#newId(),
      cluster,
      fingerprint: fingerprintOf(decision),
      steps: recommended === null ? [] : plannedSteps(taskOf(cluster, decision, reports, recommended)),
      confirm: verdict === 'human' ? recommended : null,
      command: recommended === null ? null : `baton galera recover ${cluster}`,
      observedAt: new Date(now).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
    };
    this.#kept.set(plan.id, { plan, expiresAt });
    return plan;
  }

  /** The plan; null where it is not known, or has expired. */
  find(id: string): RecoveryPlan | null {
    const kept = this.#kept.get(id);
    return kept && this.#now() <= kept.expiresAt ? kept.plan : null;
  }

  /** Also one that has expired: to say what it was about. */
  nodeOf(id: string): string | null {
    return this.#kept.get(id)?.plan.recommended ?? null;
  }
}

/** What a confirmed plan must still find: each node's state and position, and what follows from them. */
export function fingerprintOf({ verdict, situation, act, recommended, nodes }: Decision): string {
  const rows = nodes.map(({ name, alive, uuid, seqno, gtid, choice }) => [name, alive, uuid, seqno, gtid, choice]);
  return createHash('sha256')
    .update(JSON.stringify([verdict, situation, act, recommended, rows]))
    .digest('hex')
    .slice(0, 32);
}

/** What is different now, in words. */
export function differences(was: Decision, now: Decision): { what: string; was: string; now: string }[] {
  const whole = {
    what: 'the verdict',
    was: `${was.verdict}, ${was.situation}`,
    now: `${now.verdict}, ${now.situation}`,
  };
  const rows = now.nodes.flatMap((row) => {
    const before = was.nodes.find(({ name }) => name === row.name);
    const words = (one: typeof row | undefined): string =>
      one ? `${one.alive}, ${one.seqno ?? 'position not known'}` : 'not there';
    return words(before) === words(row) ? [] : [{ what: row.name, was: words(before), now: words(row) }];
  });
  return [...(whole.was === whole.now ? [] : [whole]), ...rows];
}
