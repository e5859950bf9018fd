import { clsx } from 'clsx';
import type { ReactNode } from 'react';

/** A small shape in a line of text, in the text's colour. It is never the only sign: a word stands beside it. */
export function Glyph({ className, children }: { className?: string | undefined; children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 12 12"
      width="12"
      height="12"
      aria-hidden="true"
      focusable="false"
      className={clsx('inline-block flex-none', className)}
    >
      {children}
    </svg>
  );
}
