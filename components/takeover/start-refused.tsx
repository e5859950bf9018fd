import Link from 'next/link';
import type { Refusal } from '../../server/contract/client.ts';
import { Mark } from '../ui/mark.tsx';
import { operationPath } from '../ui/paths.ts';
import { PlanChecks } from './plan-checks.tsx';
import { refusalChanges, refusalChecks, runningOperation } from './refusal.ts';

/** The press was refused, or nobody knows what became of it: what happened, the state now, what to do next. */
export function StartRefused({ refusal, again }: { refusal: Refusal; again: () => void }) {
  const running = runningOperation(refusal);
  const changes = refusalChanges(refusal);
  const blocks = refusalChecks(refusal).filter((check) => check.level === 'block');
  return (
    <div role="alert" className="mt-5 flex items-baseline gap-3">
      <Mark level={refusal.kind === 'no-answer' ? 'serious' : 'caution'} className="translate-y-px" />
      <div className="min-w-0 max-w-3xl grow">
        {refusal.kind === 'no-answer' ? (
          <p>
            The console did not answer: whether the takeover has begun is unknown. Press again when there is contact:
            the same press can’t begin it twice.
          </p>
        ) : (
          <p>
            <strong className="font-semibold">Nothing was changed.</strong>{' '}
            {blocks.length > 0 ? (
              'What it was checked for has changed since the plan was made.'
            ) : changes.length > 0 ? (
              'Things have changed since the review:'
            ) : (
              <>
                {refusal.message} <span className="text-soft">{refusal.next}</span>
              </>
            )}
          </p>
        )}
        {changes.length > 0 && (
          <ul className="mt-1 list-disc pl-4 text-soft">
            {changes.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        )}
        {blocks.length > 0 && (
          <div className="mt-3">
            <PlanChecks checks={blocks} accepted={[]} accept={null} />
          </div>
        )}
        {refusal.kind === 'refused' && (
          <p className="mt-3 flex flex-wrap gap-3">
            {running !== null && (
              <Link href={operationPath(running)} prefetch={false} className="btn btn-accent">
                Watch the operation that runs
              </Link>
            )}
            <button type="button" className={running === null ? 'btn btn-accent' : 'btn'} onClick={again}>
              Review again
            </button>
          </p>
        )}
      </div>
    </div>
  );
}
