import type { Operation, Outcome } from '../contract/operation.ts';
import type { Ending } from '../operations/program.ts';
import type { TakeoverContext } from './context.ts';
import { lossText } from './steps/report.ts';

/** One sentence: what it came to, and the state the servers are in now. */
export function summaryOf(context: TakeoverContext, { outcome, failure, view }: Ending): string {
  const { target, kind, oldPrimary } = context.task;
  const old = oldPrimary ?? 'its primary';
  const why = failure ? `${stepName(failure.step, view.steps)} failed: ${failure.error}.` : '';
  const undone =
    kind === 'switchover' ? `Restored: ${old} takes writes again.` : `Restored: ${target} is a replica as before.`;
  const texts: Readonly<Record<Outcome, string>> = {
    succeeded: success(context, view),
    'succeeded-with-follow-ups': `${success(context, view)}${view.dryRun ? '' : ' Something is left to do.'}`,
    refused: `Refused: ${failure?.error ?? 'not allowed'}. Nothing was changed.`,
    'cancelled-restored': `Cancelled. ${undone}`,
    'failed-restored': `${why === '' ? 'It was interrupted.' : why} ${undone}`,
    'failed-needs-hands': `${why} NOT restored: see what is left to do.`.trim(),
    unknown: 'How it ended is not known.',
  };
  return texts[outcome];
}

function success({ task }: TakeoverContext, view: Operation): string {
  const { kind, target, oldPrimary, transactionsLost } = task;
  if (view.dryRun) return `Dry run: the ${kind} to ${target} could begin. Nothing was changed.`;
  return successText(kind, target, oldPrimary ?? 'its primary', view.writeOutageMs, transactionsLost);
}

function successText(kind: string, target: string, old: string, outageMs: number | null, lost: number | null): string {
  if (kind === 'detach') return `${target} lives on its own; ${old} was not touched.`;
  if (kind === 'failover') return `${target} is primary: ${lossText(old, lost)}.`;
  const stopped = outageMs === null ? '' : `Writes stopped for ${Math.round(outageMs)} ms; `;
  return `${target} is primary. ${stopped}nothing was lost.`;
}

function stepName(id: string, steps: readonly { id: string; name: string }[]): string {
  const name = steps.find((step) => step.id === id)?.name ?? id;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
