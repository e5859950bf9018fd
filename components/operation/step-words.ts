import type { StepState } from '../../server/contract/operation.ts';

/** The state of a step in words. */
export const stepWord: Record<StepState, string> = {
  pending: 'not run yet',
  running: 'running',
  done: 'done',
  skipped: 'skipped',
  failed: 'failed',
  undone: 'undone',
  'not-run': 'not run',
  unknown: 'outcome unknown, still checking',
};
