import Link from 'next/link';
import type { Refusal } from '../../server/contract/client.ts';
import { clusterPath, operationPath } from '../ui/paths.ts';
import { useSession } from '../live/use-live.ts';
import { PlanChecks } from './plan-checks.tsx';
import { refusalChecks, runningOperation } from './refusal.ts';

/** No plan was made: why, and what can be done instead. */
export function RefusedPlan({ refusal, again, cluster }: { refusal: Refusal; again: () => void; cluster: string }) {
  const running = runningOperation(refusal);
  const checks = refusalChecks(refusal);
  const { takeover } = useSession();
  return (
    <section role="alert" className="mt-6 max-w-2xl">
      <h2>No plan could be made</h2>
      <p className="mt-2">
        {refusal.message} {refusal.kind === 'refused' && <span className="text-soft">{refusal.next}</span>}
      </p>
      {checks.length > 0 && <PlanChecks checks={checks} accepted={[]} accept={null} />}
      <p className="mt-5 flex flex-wrap gap-3">
        {running !== null && (
          <Link href={operationPath(running)} className="btn btn-accent">
            Watch the operation that runs
          </Link>
        )}
        <button type="button" className="btn" onClick={again}>
          Review again
        </button>
        {takeover === null && (
          <Link href={clusterPath(cluster)} prefetch={false} className="btn">
            Back to {cluster}
          </Link>
        )}
      </p>
    </section>
  );
}
