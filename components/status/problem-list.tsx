'use client';

import Link from 'next/link';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { calmDuration } from '../format/duration.ts';
import { useClock, useClusters, useLive } from '../live/use-live.ts';
import { Mark } from '../ui/mark.tsx';
import { clusterPath } from '../ui/paths.ts';
import { Since } from '../ui/time.tsx';
import { alsoOnText, foldProblems, type FoldedProblem } from './fold-problems.ts';
import { byLevel } from './mark-level.ts';
import { problemText } from './problem-text.ts';

/** So many lines before the rest is folded: what is worst stays above the clusters, and these in sight. */
const openLines = 5;

interface Line extends FoldedProblem {
  cluster: ClusterSnapshot;
}

/** What is wrong, in all clusters, worst first; and a sentence when nothing is. */
export function ProblemList() {
  const clusters = useClusters();
  const lines = clusters
    .flatMap((cluster) => foldProblems(cluster).map((folded): Line => ({ cluster, ...folded })))
    .toSorted((one, other) => byLevel(one.problem.level, other.problem.level));
  const rest = lines.slice(openLines);
  return (
    <section aria-labelledby="problems-heading" className="border-b border-line">
      <h2 id="problems-heading" className="sr-only">
        Problems
      </h2>
      {lines.length === 0 && <NoProblems />}
      <ul>
        {lines.slice(0, openLines).map((line) => (
          <ProblemLine key={keyOf(line)} {...line} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details className="border-t border-line">
          <summary className="target link py-1.5 text-sm">and {rest.length} more ›</summary>
          <ul>
            {rest.map((line) => (
              <ProblemLine key={keyOf(line)} {...line} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** Said only of what is known now: without contact nobody knows. */
function NoProblems() {
  const lastHeardMs = useLive((state) => state.lastHeardMs);
  const contact = useLive((state) => state.connection.kind === 'live' || state.connection.kind === 'connecting');
  const age = useClock((nowMs) => calmDuration((nowMs - lastHeardMs) / 1000));
  return (
    <p className="flex items-baseline gap-2 py-3 text-soft">
      <Mark level={contact ? 'normal' : 'off'} className="translate-y-px" />
      {contact ? 'No problems.' : `No problems were known ${age} ago; what is now is unknown.`}
    </p>
  );
}

const keyOf = ({ cluster, problem }: Line): string => `${cluster.name} ${problem.code} ${problem.server ?? ''}`;

function ProblemLine({ cluster, problem, alsoOn }: Line) {
  const also = alsoOnText({ problem, alsoOn });
  return (
    <li className="flex items-baseline gap-x-3 py-2 [&+li]:border-t [&+li]:border-line">
      <Mark level={problem.level} className="translate-y-px" />
      <p className="min-w-0 flex-1">
        <span className="sr-only">{problem.level}: </span>
        <span className="font-medium">{cluster.name}:</span> {problemText(problem)}
        <span className="text-soft">
          , for <Since at={problem.since} />
          {also !== null && <>; {also}</>}
        </span>
      </p>
      <Link
        href={`${clusterPath(cluster.name)}#problems`}
        prefetch={false}
        className="target link whitespace-nowrap font-medium"
      >
        Review ›<span className="sr-only"> problems of {cluster.name}</span>
      </Link>
    </li>
  );
}
