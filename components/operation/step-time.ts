import type { OperationStep } from '../../server/contract/operation.ts';

/** How long a step took, or takes so far, milliseconds; null when it has not begun. */
export function stepMs(step: Pick<OperationStep, 'startedAt' | 'endedAt' | 'state'>, nowMs: number): number | null {
  if (step.startedAt === null) return null;
  if (step.endedAt !== null) return Date.parse(step.endedAt) - Date.parse(step.startedAt);
  return step.state === 'running' ? Math.max(0, nowMs - Date.parse(step.startedAt)) : null;
}
