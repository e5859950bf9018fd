import type { Ending } from '../../operations/program.ts';

/** One sentence: what became of a hook that was run again. The servers are not concerned. */
export function hookAgainSummary(hook: string, { outcome, failure }: Ending): string {
  if (outcome.startsWith('succeeded')) return `Hook ${hook} has done its work.`;
  if (outcome === 'cancelled-restored') return `Hook ${hook} was cancelled and ended.`;
  return failure
    ? `Hook ${hook} failed: ${failure.error}. The databases are as they were.`
    : `Hook ${hook} was interrupted. The databases are as they were; run it again.`;
}
