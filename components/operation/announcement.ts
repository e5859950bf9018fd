import type { Operation } from '../../server/contract/operation.ts';
import { standing } from './outcome-words.ts';
import { stepWord } from './step-words.ts';

/** What the polite live region says: the step that runs or ran last, and at the end how it ended; the summary speaks for itself. */
export function announcement(operation: Operation): string {
  if (operation.outcome !== null) return standing(operation).text;
  const step =
    operation.steps.find((one) => one.state === 'running') ??
    operation.steps.findLast((one) => one.state !== 'pending');
  return step === undefined ? '' : `${step.name} on ${step.server}: ${stepWord[step.state]}`;
}
