'use client';

import Link from 'next/link';
import { useId, type ReactNode } from 'react';

const beside = 'btn max-sm:grow max-sm:basis-[45%]';

/** The buttons under a plan: the dry run where there is one, the way out, the one press, and in words why it is shut. */
export function DecisionRow({
  dryRun,
  leave,
  risky,
  shut,
  busy,
  press,
  after,
  children,
}: {
  dryRun?: { starting: boolean; shut: boolean; press: () => void };
  /** An address, or what closes the plan; null: there is nowhere to go. */
  leave: string | (() => void) | null;
  risky: boolean;
  /** Why it can't be pressed; null: it can. */
  shut: string | null;
  /** Something was pressed and is not answered yet. */
  busy: boolean;
  press: () => void;
  after?: ReactNode;
  /** What the one press says. */
  children: ReactNode;
}) {
  const reasonId = useId();
  return (
    <div className="flex flex-wrap items-center gap-3">
      {dryRun !== undefined && (
        <button type="button" className={beside} disabled={dryRun.shut || busy} onClick={dryRun.press}>
          {dryRun.starting ? 'Starting…' : 'Dry run'}
        </button>
      )}
      {typeof leave === 'string' && (
        <Link href={leave} prefetch={false} className={beside}>
          Cancel
        </Link>
      )}
      {typeof leave === 'function' && (
        <button type="button" className={beside} onClick={leave}>
          Cancel
        </button>
      )}
      <button
        type="button"
        className={`btn ${risky ? 'btn-risk' : 'btn-go'} max-sm:min-h-11 max-sm:basis-full`}
        disabled={shut !== null || busy}
        aria-describedby={reasonId}
        onClick={press}
      >
        {children}
      </button>
      {after}
      <p id={reasonId} className="basis-72 grow text-sm text-soft">
        {shut ?? 'Nothing happens before this button is pressed.'}
      </p>
    </div>
  );
}
