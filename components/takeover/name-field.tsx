'use client';

import { useId } from 'react';

/** Where a name is typed to say that it is meant: what may lose or replace data opens its button with nothing else. */
export function NameField({
  name,
  typed,
  type,
  why,
}: {
  name: string;
  typed: string;
  type: (text: string) => void;
  why: string;
}) {
  const id = useId();
  return (
    <div className="mb-4">
      <label htmlFor={id} className="block">
        {why} Type <strong className="mono font-semibold">{name}</strong> to say that it is meant.
      </label>
      <input
        id={id}
        className="field mono mt-1 w-full max-w-60"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={typed}
        onChange={(event) => type(event.target.value)}
      />
    </div>
  );
}
