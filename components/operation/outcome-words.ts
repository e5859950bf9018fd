import type { Operation, Outcome } from '../../server/contract/operation.ts';
import type { MarkLevel } from '../status/mark-level.ts';

/** What an end means, in words and as a mark. */
export const outcomeWords: Record<Outcome, { text: string; level: MarkLevel }> = {
  succeeded: { text: 'succeeded', level: 'normal' },
  'succeeded-with-follow-ups': { text: 'succeeded, something is left to do', level: 'caution' },
  refused: { text: 'refused by a check, nothing was changed', level: 'off' },
  'cancelled-restored': { text: 'cancelled and restored', level: 'off' },
  'failed-restored': { text: 'failed and restored', level: 'serious' },
  'failed-needs-hands': { text: 'failed, needs hands', level: 'critical' },
  unknown: { text: 'outcome unknown, still checking', level: 'serious' },
};

/** How an operation stands. Without an end it runs. */
export function standing(operation: Pick<Operation, 'outcome' | 'cancelRequested'>): {
  text: string;
  level: MarkLevel | 'running';
} {
  if (operation.outcome !== null) return outcomeWords[operation.outcome];
  return { text: operation.cancelRequested ? 'cancelling' : 'running', level: 'running' };
}
