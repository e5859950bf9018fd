import type { Refusal } from '../../server/contract/client.ts';
import type { Check, Difference } from '../../server/contract/takeover.ts';

function detail(refusal: Refusal, name: string): unknown {
  if (refusal.kind !== 'refused') return undefined;
  const { details } = refusal;
  if (typeof details !== 'object' || details === null) return undefined;
  return Object.entries(details).find(([key]) => key === name)?.[1];
}

/** 409 outdated: what has moved since the plan was made, a sentence each. */
export function refusalChanges(refusal: Refusal): string[] {
  const differences = detail(refusal, 'differences');
  if (!Array.isArray(differences)) return [];
  return differences.filter(isDifference).map(({ what, was, now }) => `${what}: was ${was}, is ${now} now`);
}

const isDifference = (value: unknown): value is Difference =>
  typeof value === 'object' && value !== null && 'what' in value && 'was' in value && 'now' in value;

/** 409 already running: the operation that runs. */
export function runningOperation(refusal: Refusal): string | null {
  const id = detail(refusal, 'operationId');
  return typeof id === 'string' ? id : null;
}

/** 422 where a name must be typed: which one. */
export function nameAskedFor(refusal: Refusal): string | null {
  const name = detail(refusal, 'confirm');
  return typeof name === 'string' ? name : null;
}

/** 422: the checks as they are now. */
export function refusalChecks(refusal: Refusal): Check[] {
  const checks = detail(refusal, 'checks');
  return Array.isArray(checks) ? checks.filter(isCheck) : [];
}

const isCheck = (value: unknown): value is Check =>
  typeof value === 'object' &&
  value !== null &&
  'code' in value &&
  typeof value.code === 'string' &&
  'level' in value &&
  'text' in value;
