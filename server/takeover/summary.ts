import type { Operation, Outcome } from '../contract/operation.ts';
import type { Ending } from '../operations/program.ts';
import type { TakeoverContext } from './context.ts';
import { hookAgainSummary } from './hooks/hook-again-summary.ts';
import { rejoinSummary } from './rejoin/rejoin-summary.ts';
import { isRejoin } from './task.ts';
import { keptText, lossText } from './steps/report.ts';

/** One sentence: what it came to, and the state the servers are in now. */
export function summaryOf(context: TakeoverContext, ending: Ending): string {
  if (context.task.again) return hookAgainSummary(context.task.again.hook, ending);
  if (isRejoin(context.task)) return rejoinSummary(context, ending);
  const { outcome, failure, view } = ending;
  const { target, kind, oldPrimary } = context.task;
  const old = oldPrimary ?? 'its primary';
  const why = failure ? `${stepName(failure.step, view.steps)} failed: ${failure.error}.` : '';
  const undone =
    kind === 'switchover'
      ? context.away.has(old)
        ? `Nothing is left changed, but ${old} does not answer: look at it, or promote ${target} (a failover).`
        : `Restored: ${old} takes writes again.`
      : context.away.has(target)
        ? `${target} does not answer: promote another replica.`
        : `Restored: ${target} is a replica as before.`;
  const texts: Readonly<Record<Outcome, string>> = {
    succeeded: success(context, view),
    'succeeded-with-follow-ups': `${success(context, view)}${view.dryRun ? '' : ' Something is left to do.'}`,
    refused: `Refused: ${failure?.error ?? 'not allowed'}. Nothing was changed.`,
    'cancelled-restored': `Cancelled. ${undone}`,
    'failed-restored': `${why === '' ? 'It was interrupted.' : why} ${undone}`,
    'failed-needs-hands': `${why} ${needsHandsText(context, view.pointOfNoReturnPassed)}`.trim(),
    unknown: 'How it ended is not known.',
  };
  return texts[outcome];
}

/** Behind the point of no return nothing is restored, and nobody may read that it was to be. */
function needsHandsText({ task, away }: TakeoverContext, passed: boolean): string {
  const { target, oldPrimary } = task;
  if (passed && away.has(target))
    return `${target} was made the primary and does not answer: nobody takes writes. See what is left to do.`;
  if (passed) return `${target} was made the primary, and it can't be relied on: see what is left to do.`;
  if (task.kind === 'switchover' && oldPrimary !== null && away.has(oldPrimary))
    return `NOT restored: ${oldPrimary} does not answer, so nobody takes writes. Promote ${target} (a failover), or bring ${oldPrimary} back: it takes writes again as soon as it answers.`;
  return 'NOT restored: see what is left to do.';
}

function success(context: TakeoverContext, view: Operation): string {
  const { task } = context;
  const { kind, target, oldPrimary, transactionsLost } = task;
  if (view.dryRun) return `Dry run: the ${kind} to ${target} could begin. Nothing was changed.`;
  if (kind === 'switchover') return switchedText(context, view.writeOutageMs);
  return successText(kind, target, oldPrimary ?? 'its primary', transactionsLost);
}

function successText(kind: string, target: string, old: string, lost: number | null): string {
  if (kind === 'detach') return `${target} lives on its own; ${old} was not touched.`;
  return `${target} is primary: ${lossText(old, lost)}.`;
}

function switchedText(context: TakeoverContext, outageMs: number | null): string {
  const stopped = outageMs === null ? '' : `Writes stopped for ${Math.round(outageMs)} ms; `;
  return `${context.task.target} is primary. ${stopped}${keptText(context)}.`;
}

function stepName(id: string, steps: readonly { id: string; name: string }[]): string {
  const name = steps.find((step) => step.id === id)?.name ?? id;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
