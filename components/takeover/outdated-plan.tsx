import Link from 'next/link';
import { Mark } from '../ui/mark.tsx';
import { operationPath } from '../ui/paths.ts';
import type { Outdated } from './use-outdated.ts';

/** The plan above no longer fits: what has moved, and the way to a new one. Nothing above changes by itself. */
export function OutdatedPlan({ outdated, again }: { outdated: Outdated; again: () => void }) {
  return (
    <section role="alert" aria-label="Decision" className="mt-10 border-t border-line-strong pt-5">
      <p className="flex items-baseline gap-3">
        <Mark level="caution" className="translate-y-px" />
        <span>
          <strong className="font-semibold">Outdated, review again.</strong> What is shown above was true when the plan
          was made.
        </span>
      </p>
      <ul className="ml-6 mt-1 list-disc pl-4 text-soft">
        {outdated.changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
        {outdated.operationId !== null && (
          <li>
            An operation runs on this cluster:{' '}
            <Link href={operationPath(outdated.operationId)} prefetch={false} className="link link-inline">
              watch it
            </Link>
            .
          </li>
        )}
      </ul>
      <p className="mt-4">
        <button type="button" className="btn btn-accent" onClick={again}>
          Review again
        </button>
      </p>
    </section>
  );
}
