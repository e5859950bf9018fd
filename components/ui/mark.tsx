import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { MarkLevel } from '../status/mark-level.ts';
import { Glyph } from './glyph.tsx';

const colour: Record<MarkLevel, string> = {
  critical: 'text-critical',
  serious: 'text-serious',
  caution: 'text-caution',
  normal: 'text-normal',
  off: 'text-off',
};

/** The shape of a state: ◆ critical, ▲ serious, ■ caution, ● normal, ○ off or unknown. Always beside its word. */
export function Mark({ level, className }: { level: MarkLevel; className?: string }) {
  return <Glyph className={clsx(colour[level], className)}>{shapes[level]}</Glyph>;
}

const shapes: Record<MarkLevel, ReactNode> = {
  critical: <path d="M6 0 12 6 6 12 0 6Z" fill="currentColor" />,
  serious: <path d="M6 .75 11.75 11H.25Z" fill="currentColor" />,
  caution: <rect x="1.25" y="1.25" width="9.5" height="9.5" fill="currentColor" />,
  normal: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  off: <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
};

/** A mark with its word. The level is spoken where the word is not the level itself. */
export function Status({ level, word, className }: { level: MarkLevel; word: string; className?: string }) {
  return (
    <span className={clsx('inline-flex items-baseline gap-2 whitespace-nowrap', className)}>
      <Mark level={level} className="translate-y-px self-baseline" />
      <span>
        {word}
        {word !== level && <span className="sr-only"> ({level})</span>}
      </span>
    </span>
  );
}
