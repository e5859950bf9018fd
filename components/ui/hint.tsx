'use client';

import { useId, type ReactNode } from 'react';

/** Words with an explanation that hover and keyboard focus open; Escape closes it. */
export function Hint({ children, text }: { children: ReactNode; text: string }) {
  const id = useId();
  return (
    <span className="hint">
      <button
        type="button"
        aria-describedby={id}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      >
        {children}
      </button>
      <span role="tooltip" id={id}>
        {text}
      </span>
    </span>
  );
}
