'use client';

import { useId } from 'react';

/** One of a few, all in sight: radio buttons, drawn as a row of words. */
export function Choice<Option extends { id: string; text: string }>({
  label,
  options,
  chosen,
  choose,
}: {
  label: string;
  options: readonly Option[];
  chosen: Option;
  choose: (option: Option) => void;
}) {
  const name = useId();
  return (
    <fieldset className="flex flex-wrap gap-x-1">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.id}
          className="target cursor-pointer rounded-md px-2 text-sm text-faint hover:text-ink has-checked:bg-sunken has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={option.id === chosen.id}
            onChange={() => choose(option)}
          />
          {option.text}
        </label>
      ))}
    </fieldset>
  );
}
