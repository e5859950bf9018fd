import type { Operation } from '../../server/contract/operation.ts';
import { Mark } from '../ui/mark.tsx';
import { standing } from './outcome-words.ts';
import { StepMark } from './step-mark.tsx';

/** The mark and the words of how an operation stands. */
export function Standing({ operation }: { operation: Operation }) {
  const { text, level } = standing(operation);
  return (
    <span className="inline-flex items-baseline gap-2">
      {level === 'running' ? (
        <StepMark state="running" className="translate-y-px" />
      ) : (
        <Mark level={level} className="translate-y-px" />
      )}
      <span>
        {text}
        {operation.dryRun && <span className="text-faint"> · dry run</span>}
      </span>
    </span>
  );
}
