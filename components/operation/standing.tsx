import type { Operation } from '../../server/contract/operation.ts';
import { Mark } from '../ui/mark.tsx';
import { outcomeWords, standing } from './outcome-words.ts';
import { StepMark } from './step-mark.tsx';

/** The mark and the words of how an operation stands; `unknown`: it ran when the console was last heard. */
export function Standing({ operation, unknown = false }: { operation: Operation; unknown?: boolean }) {
  const { text, level } = unknown ? outcomeWords.unknown : standing(operation);
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
