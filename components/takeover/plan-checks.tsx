'use client';

import type { Check } from '../../server/contract/takeover.ts';
import { Mark } from '../ui/mark.tsx';
import { CheckLine, markOfCheck, wordOfCheck } from './check-line.tsx';

/** So many passes stand in sight where little else is to be read; else all are folded. */
const passesInSight = 3;
const littleElse = 2;

/** What nobody can accept first, then what can be accepted, then what only warns. */
const rank = ({ level, acceptable }: Check): number =>
  level === 'block' ? (acceptable ? 1 : 0) : level === 'warn' ? 2 : 3;

/** The checks: what blocks first, then what warns, then what passes, folded. `accept` null: nothing can be accepted. */
export function PlanChecks({
  checks,
  accepted,
  accept,
  linkOf = () => null,
}: {
  checks: readonly Check[];
  accepted: readonly string[];
  accept: ((code: string, yes: boolean) => void) | null;
  /** The page that helps with a check. */
  linkOf?: (check: Check) => { href: string; text: string } | null;
}) {
  const sorted = checks.toSorted((one, other) => rank(one) - rank(other));
  const notable = sorted.filter((check) => check.level !== 'pass');
  const passes = sorted.filter((check) => check.level === 'pass');
  const inSight = notable.length > littleElse ? 0 : passesInSight;
  return (
    <section aria-label="Checks">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-6">
        <h2 className="text-sm font-medium text-faint">Checks</h2>
        <p className="flex gap-4 text-sm text-soft">
          {(['block', 'warn', 'pass'] as const).map((level) => (
            <Count key={level} level={level} count={checks.filter((check) => check.level === level).length} />
          ))}
        </p>
      </div>
      <ul>
        {[...notable, ...passes.slice(0, inSight)].map((check) => (
          <CheckLine
            key={lineKey(check)}
            check={check}
            accepted={accepted.includes(check.code)}
            accept={accept}
            link={linkOf(check)}
          />
        ))}
      </ul>
      {passes.length > inSight && (
        <details>
          <summary className="target link py-1 text-sm">show all {passes.length} that pass ›</summary>
          <ul>
            {passes.slice(inSight).map((check) => (
              <CheckLine key={lineKey(check)} check={check} accepted={false} accept={null} link={null} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

const lineKey = (check: Check): string => `${check.code} ${check.server ?? ''} ${check.text}`;

function Count({ level, count }: { level: Check['level']; count: number }) {
  if (count === 0) return null;
  return (
    <span className="inline-flex items-baseline gap-1.5">
      <Mark level={markOfCheck[level]} className="translate-y-px" />
      {count} {count === 1 ? wordOfCheck[level] : { block: 'block', warn: 'warnings', pass: 'pass' }[level]}
    </span>
  );
}
