'use client';

import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { statementText } from '../operation/statement-text.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Mark } from '../ui/mark.tsx';
import { Section } from '../ui/section.tsx';
import { Since } from '../ui/time.tsx';
import { problemText } from './problem-text.ts';

/** What is wrong with one cluster, since when, and what to do; statements to copy where statements do it. */
export function ProblemFixes({ cluster }: { cluster: ClusterSnapshot }) {
  const lacking = cluster.servers.filter((server) => server.missingGrants.length > 0);
  return (
    <Section id="problems" title="Problems">
      {cluster.problems.length === 0 && (
        <p className="flex items-baseline gap-2 text-soft">
          <Mark level="normal" className="translate-y-px" /> No problems.
        </p>
      )}
      <ul>
        {cluster.problems.map((problem) => (
          <li
            key={`${problem.code} ${problem.server ?? ''}`}
            className="flex items-baseline gap-3 border-t border-line py-2.5"
          >
            <Mark level={problem.level} className="translate-y-px" />
            <div className="min-w-0">
              <p>
                <span className="sr-only">{problem.level}: </span>
                {problemText(problem)}
                <span className="text-soft">
                  , for <Since at={problem.since} />
                </span>
              </p>
              {problem.fix !== null && <p className="mt-0.5 text-sm text-soft">{problem.fix}</p>}
            </div>
          </li>
        ))}
        {lacking.map((server) => (
          <MissingGrants key={server.name} server={server.name} statements={server.missingGrants} />
        ))}
      </ul>
    </Section>
  );
}

function MissingGrants({ server, statements }: { server: string; statements: readonly string[] }) {
  const text = statementText(statements);
  return (
    <li className="border-t border-line py-2.5 pl-6">
      <div className="flex items-center justify-between gap-4">
        <p className="text-sm text-soft">What the console’s account lacks on {server}</p>
        <CopyButton text={text} label={`Copy the statements for ${server}`}>
          Copy
        </CopyButton>
      </div>
      <pre className="sql mt-1.5">{text}</pre>
    </li>
  );
}
