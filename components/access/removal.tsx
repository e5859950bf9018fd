'use client';

import { useRef, useState, type ReactNode } from 'react';
import type { Answer } from '../../server/contract/client.ts';
import { useWhyNot } from '../live/use-live.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** A button that takes something away, after its dialog. */
export function Removal({
  verb,
  name,
  title,
  children,
  act,
  done,
}: {
  verb: 'Remove' | 'Revoke';
  name: string;
  title: string;
  children: ReactNode;
  act: () => Promise<Answer<unknown>>;
  done: () => void;
}) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const whyNot = useWhyNot('administer');
  return (
    <>
      <button
        ref={button}
        type="button"
        className="btn btn-small"
        disabled={whyNot !== null}
        title={whyNot ?? undefined}
        onClick={() => setOpen(true)}
      >
        {verb}…<span className="sr-only"> {name}</span>
      </button>
      {open && (
        <ConfirmDialog
          title={title}
          button={`${verb} ${name}`}
          act={act}
          close={(carriedOut) => {
            setOpen(false);
            if (carriedOut) done();
            else button.current?.focus();
          }}
        >
          {children}
        </ConfirmDialog>
      )}
    </>
  );
}
