import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { StepState } from '../../server/contract/operation.ts';
import { Glyph } from '../ui/glyph.tsx';

const colour: Record<StepState, string> = {
  pending: 'text-off',
  running: 'text-accent',
  done: 'text-normal',
  skipped: 'text-off',
  failed: 'text-critical',
  undone: 'text-caution',
  'not-run': 'text-off',
  unknown: 'text-serious',
};

/** The shape of a step's state; always beside its word. */
export function StepMark({ state, className }: { state: StepState; className?: string }) {
  return <Glyph className={clsx(colour[state], className)}>{shapes[state]}</Glyph>;
}

const ring = <circle cx="6" cy="6" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />;

const shapes: Record<StepState, ReactNode> = {
  pending: ring,
  'not-run': ring,
  done: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  failed: <path d="M6 0 12 6 6 12 0 6Z" fill="currentColor" />,
  unknown: <path d="M6 .9 11.6 11H.4Z" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" />,
  undone: <path d="M4.5 1 1.5 4l3 3M2 4h5a3.2 3.2 0 0 1 0 6.5H4" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  running: (
    <>
      <g opacity="0.3">{ring}</g>
      <path d="M6 1.25A4.75 4.75 0 0 1 10.75 6" fill="none" stroke="currentColor" strokeWidth="2" className="turn" />
    </>
  ),
  skipped: (
    <>
      {ring}
      <path d="M3.5 6h5" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
};
