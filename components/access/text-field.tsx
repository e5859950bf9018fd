'use client';

import { useId, type InputHTMLAttributes, type ReactNode } from 'react';

/** A labelled field; what is wrong with it stands below it and is told with it. */
export function TextField({
  label,
  problem,
  children,
  ...input
}: { label: string; problem: string | null; children?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1 max-sm:w-full">
      <label htmlFor={id} className="text-sm text-soft">
        {label}
      </label>
      <span className="flex flex-wrap items-center gap-2">
        <input
          id={id}
          className="field max-sm:flex-1 sm:w-64"
          aria-invalid={problem === null ? undefined : true}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          {...input}
        />
        {children}
      </span>
      {problem !== null && (
        <span id={`${id}-problem`} className="text-sm text-serious">
          {problem}
        </span>
      )}
    </div>
  );
}
