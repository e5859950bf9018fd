import { createHash } from 'node:crypto';
import type { PlannedStep, TakeoverPlan } from '../contract/takeover.ts';
import { fingerprintText } from './fingerprint.ts';
import type { Found } from './gather.ts';
import type { PlanInput } from './plan-input.ts';
import { taskOf, type PlanDraft } from './plan.ts';
import { stepTexts } from './step-texts.ts';
import { stepsOf } from './steps-of.ts';
import type { Task } from './task.ts';

/** Long enough to read a review page; what has changed meanwhile is compared anyway. */
const LIFE_MS = 60_000;
/** An expired plan is kept this much longer, to say what it was. */
const KEPT_MS = 10 * 60_000;

interface Kept {
  readonly plan: TakeoverPlan;
  readonly draft: PlanDraft;
  /** What was found out for it that changes seldom. */
  readonly found: Found;
  readonly expiresAt: number;
}

/** The plans that were shown and not yet confirmed. In memory: after a restart one reviews again. */
export class Plans {
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #kept = new Map<string, Kept>();

  constructor(now: () => number, newId: () => string) {
    this.#now = now;
    this.#newId = newId;
  }

  /** Keeps the draft and answers the plan that is shown. */
  add(input: PlanInput, draft: PlanDraft, limits: { budgetSeconds: number; longWriteSeconds: number }): TakeoverPlan {
    this.#forgetOld();
    const expiresAt = this.#now() + LIFE_MS;
    const plan: TakeoverPlan = {
      id: this.#newId(),
      fingerprint: createHash('sha256').update(fingerprintText(draft.parts)).digest('hex').slice(0, 32),
      cluster: input.snapshot.name,
      kind: draft.kind,
      kinds: [...draft.kinds],
      target: input.target,
      targetAddress: draft.targetAddress,
      oldPrimary: draft.oldPrimary,
      targetGtid: draft.targetGtid,
      checks: [...draft.checks],
      steps: plannedSteps(taskOf(input, draft, { ...limits, dryRun: false })),
      roles: [...draft.roles],
      cost: draft.cost,
      blocked: draft.blocked,
      confirm: draft.confirm,
      command: draft.command,
      observedAt: new Date(input.at).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
    };
    this.#kept.set(plan.id, { plan, draft, found: foundIn(input), expiresAt });
    return plan;
  }

  /** The plan, or why it can't be used. */
  find(
    id: string,
  ):
    | { kind: 'found'; plan: TakeoverPlan; draft: PlanDraft; found: Found }
    | { kind: 'expired'; plan: TakeoverPlan }
    | { kind: 'unknown' } {
    const kept = this.#kept.get(id);
    if (!kept) return { kind: 'unknown' };
    return kept.expiresAt > this.#now()
      ? { kind: 'found', plan: kept.plan, draft: kept.draft, found: kept.found }
      : { kind: 'expired', plan: kept.plan };
  }

  #forgetOld(): void {
    for (const [id, { expiresAt }] of this.#kept) if (expiresAt + KEPT_MS < this.#now()) this.#kept.delete(id);
  }
}

function foundIn({ replicationSignIn: signIn, signInsFrom, servers }: PlanInput): Found {
  const preflights = servers.flatMap(({ name, preflight }) => (preflight ? [[name, preflight] as const] : []));
  return { signIn, signInsFrom, preflights: new Map(preflights) };
}

function plannedSteps(task: Task): PlannedStep[] {
  const texts = stepTexts(task);
  return stepsOf(task).map(({ id, name, server, pointOfNoReturn, afterFailure }) => ({
    id,
    name,
    server,
    pointOfNoReturn: pointOfNoReturn === true,
    willRun: afterFailure !== true && (id !== 're-point-others' || task.others.length > 0),
    text: texts[id]?.text ?? '',
    statements: [...(texts[id]?.statements ?? [])],
  }));
}
