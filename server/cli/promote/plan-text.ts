import type { Check, PlannedStep, TakeoverPlan } from '../../contract/takeover.ts';
import { seconds } from '../terminal/quantity.ts';

const marks = { pass: '✓', warn: '!', block: '✗' } as const;

/** The review of a takeover as text: what changes, the checks, the steps, the cost. */
export function planLines(plan: TakeoverPlan, accepted: readonly string[]): string[] {
  return [
    `${title(plan)} (${plan.targetAddress}) in ${plan.cluster}`,
    ...plan.roles.map(({ server, before, after }) => `  ${server}: ${roleText(before)} → ${roleText(after)}`),
    '',
    'Checks',
    ...plan.checks.flatMap((check) => checkLines(check, accepted)),
    ...stepLines(plan.steps.filter(({ willRun }) => willRun)),
    '',
    costText(plan),
  ];
}

/** The steps below their title; none: nothing. */
export function stepLines(steps: readonly PlannedStep[]): string[] {
  if (steps.length === 0) return [];
  return [
    '',
    'Steps',
    ...steps.flatMap(({ pointOfNoReturn, name, server, text }) => [
      ...(pointOfNoReturn ? ['  ── point of no return ──'] : []),
      `  ${name} (${server}): ${text}`,
    ]),
  ];
}

/** The plan in one line. */
export function title(plan: TakeoverPlan): string {
  const verbs = { switchover: 'Switchover to', failover: 'Failover to', detach: 'Detach' } as const;
  return `${verbs[plan.kind]} ${plan.target}`;
}

/** What still forbids the takeover once these codes are accepted. */
export function remainingBlocks(plan: TakeoverPlan, accepted: readonly string[]): Check[] {
  return plan.checks.filter(
    ({ level, acceptable, code }) => level === 'block' && !(acceptable && accepted.includes(code)),
  );
}

/** One check: what was found, what to do about it, and what to run for it. */
export function checkLines(
  { code, level, text, fix, commands, acceptable }: Check,
  accepted: readonly string[],
): string[] {
  const answer =
    level !== 'block' ? '' : acceptable ? (accepted.includes(code) ? ' (accepted)' : ` (--accept ${code})`) : '';
  return [
    `  ${marks[level]} ${code}: ${text}${answer}`,
    ...(fix === null ? [] : [`      ${fix}`]),
    ...commands.flatMap((one) => one.split('\n')).map((line) => `        ${line}`),
  ];
}

function roleText({ role, follows }: { role: string; follows: string | null }): string {
  return follows === null ? role : `${role} of ${follows}`;
}

function costText({ cost }: TakeoverPlan): string {
  const lost =
    cost.transactionsLost === null
      ? 'an unknown number of transactions'
      : `${cost.lossKnown === 'at-least' ? 'at least ' : ''}${cost.transactionsLost} transactions`;
  const asOf = cost.lossKnownAsOf === null || cost.lossKnown === 'exact' ? '' : `, as of ${cost.lossKnownAsOf}`;
  const outage =
    cost.writeOutageSeconds === null ? '' : ` Writes stand still for about ${seconds(cost.writeOutageSeconds)}.`;
  return `Would lose ${lost}${asOf}.${outage}`;
}
