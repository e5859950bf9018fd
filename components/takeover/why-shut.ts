import type { Check, TakeoverPlan } from '../../server/contract/takeover.ts';
import { counted } from '../format/number.ts';

/** What a person has done on the review page so far. */
export interface Confirmation {
  accepted: readonly string[];
  typed: string;
}

/** Blocks that stand, those that nobody can accept first. */
export function standingBlocks(plan: Pick<TakeoverPlan, 'checks'>, accepted: readonly string[]): Check[] {
  return plan.checks
    .filter((check) => check.level === 'block' && !(check.acceptable && accepted.includes(check.code)))
    .toSorted((one, other) => Number(one.acceptable) - Number(other.acceptable));
}

/** The name that must be typed before the button opens: where data may be lost, or a check is overridden. */
export function nameToType(plan: Pick<TakeoverPlan, 'confirm' | 'target'>, accepted: readonly string[]): string | null {
  return plan.confirm ?? (accepted.length > 0 ? plan.target : null);
}

/** Why this plan can't be carried out whatever is typed or accepted; null when it can. */
export function whyImpossible(plan: Pick<TakeoverPlan, 'checks'>): string | null {
  const blocks = plan.checks.filter((check) => check.level === 'block' && !check.acceptable);
  const [first] = blocks;
  if (first === undefined) return null;
  return `${counted(blocks.length, 'check')} ${blocks.length === 1 ? 'blocks' : 'block'} it: ${first.text}`;
}

/** Why the button is shut, in words that stand beside it; null when one press starts the takeover. */
export function whyShut(
  plan: Pick<TakeoverPlan, 'checks' | 'confirm' | 'target' | 'oldPrimary'>,
  { accepted, typed }: Confirmation,
): string | null {
  const impossible = whyImpossible(plan);
  if (impossible !== null) return impossible;
  const blocks = standingBlocks(plan, accepted);
  if (blocks.length > 0) return `${counted(blocks.length, 'check')} must be resolved or accepted first.`;
  const name = nameToType(plan, accepted);
  if (name !== null && typed.trim() !== name) return `Type ${name} to open the button.`;
  return null;
}
