'use client';

import Link from 'next/link';
import type { Check } from '../../server/contract/takeover.ts';
import type { MarkLevel } from '../status/mark-level.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Mark } from '../ui/mark.tsx';

export const markOfCheck: Record<Check['level'], MarkLevel> = { block: 'serious', warn: 'caution', pass: 'normal' };
export const wordOfCheck: Record<Check['level'], string> = { block: 'blocks', warn: 'warning', pass: 'passes' };

/** One check: what was found, what to do about it, what to copy for it, and where a press does it. */
export function CheckLine({
  check,
  accepted,
  accept,
  link,
}: {
  check: Check;
  accepted: boolean;
  /** null: nothing can be accepted here. */
  accept: ((code: string, yes: boolean) => void) | null;
  link: { href: string; text: string } | null;
}) {
  return (
    <li className="flex items-baseline gap-3 py-1.5">
      <Mark level={markOfCheck[check.level]} className="translate-y-px" />
      <div className="min-w-0 flex-1">
        <p className="wrap-anywhere">
          <span className="sr-only">{wordOfCheck[check.level]}: </span>
          {check.text}
        </p>
        {check.level !== 'pass' && (
          <>
            {check.fix !== null && (
              <p className="text-sm wrap-anywhere text-soft">
                {check.fix}
                {link !== null && (
                  <>
                    {' '}
                    <Link href={link.href} prefetch={false} className="link whitespace-nowrap">
                      {link.text} ›
                    </Link>
                  </>
                )}
              </p>
            )}
            <Commands check={check} />
          </>
        )}
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

/** What blocks is to be cured, so its statements stand open; those of a warning are one press away. */
function Commands({ check }: { check: Check }) {
  const { commands, level, code } = check;
  if (commands.length === 0) return null;
  const text = commands.join('\n');
  const shown = (
    <div className="mt-1.5 flex max-w-full items-start gap-1">
      <pre className="sql min-w-0 flex-1">{text}</pre>
      <CopyButton text={text} label={`Copy what to run for ${code}`} />
    </div>
  );
  if (level === 'block') return shown;
  return (
    <details>
      <summary className="target link text-sm">
        show what to run<span className="sr-only"> for {code}</span> ›
      </summary>
      {shown}
    </details>
  );
}
