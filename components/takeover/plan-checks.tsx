'use client';

import type { Check } from '../../server/contract/takeover.ts';
import type { MarkLevel } from '../status/mark-level.ts';
import { Mark } from '../ui/mark.tsx';

const levelOf: Record<Check['level'], MarkLevel> = { block: 'serious', warn: 'caution', pass: 'normal' };
const wordOf: Record<Check['level'], string> = { block: 'blocks', warn: 'warning', pass: 'passes' };
const order: Record<Check['level'], number> = { block: 0, warn: 1, pass: 2 };

/** So many passes stand in sight; the rest is folded when something else is to be read. */
const passesInSight = 3;

/** The checks: what blocks first, then what warns, then what passes, folded. `accept` null: nothing can be accepted. */
export function PlanChecks({
  checks,
  accepted,
  accept,
}: {
  checks: readonly Check[];
  accepted: readonly string[];
  accept: ((code: string, yes: boolean) => void) | null;
}) {
  const sorted = checks.toSorted((one, other) => order[one.level] - order[other.level]);
  const notable = sorted.filter((check) => check.level !== 'pass');
  const passes = sorted.filter((check) => check.level === 'pass');
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
        {[...notable, ...passes.slice(0, passesInSight)].map((check) => (
          <CheckLine key={lineKey(check)} check={check} accepted={accepted.includes(check.code)} accept={accept} />
        ))}
      </ul>
      {passes.length > passesInSight && (
        <details>
          <summary className="target link py-1 text-sm">show all {passes.length} that pass ›</summary>
          <ul>
            {passes.slice(passesInSight).map((check) => (
              <CheckLine key={lineKey(check)} check={check} accepted={false} accept={null} />
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
      <Mark level={levelOf[level]} className="translate-y-px" />
      {count} {count === 1 ? wordOf[level] : { block: 'block', warn: 'warnings', pass: 'pass' }[level]}
    </span>
  );
}

function CheckLine({
  check,
  accepted,
  accept,
}: {
  check: Check;
  accepted: boolean;
  accept: ((code: string, yes: boolean) => void) | null;
}) {
  return (
    <li className="flex items-baseline gap-3 py-1">
      <Mark level={levelOf[check.level]} className="translate-y-px" />
      <div className="min-w-0">
        <p>
          <span className="sr-only">{wordOf[check.level]}: </span>
          {check.text}
        </p>
        {check.fix !== null && check.level !== 'pass' && <p className="text-sm text-soft">{check.fix}</p>}
        {check.level === 'block' && check.acceptable && accept !== null && (
          <label className="target mt-1 cursor-pointer flex-wrap text-sm">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={accepted}
              onChange={(event) => accept(check.code, event.target.checked)}
            />
            I accept this and go on <span className="mono text-faint">{check.code}</span>
          </label>
        )}
      </div>
    </li>
  );
}
