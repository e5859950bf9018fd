'use client';

import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import type { Answer, Refusal } from '../../server/contract/client.ts';
import { useWhyNot } from '../live/use-live.ts';
import { RefusalText } from './refusal-text.tsx';

/**
 * Asks before something is taken away. Cancel has the focus, so Enter alone destroys nothing; Escape cancels. What was
 * refused is said in the dialog, which stays open.
 */
export function ConfirmDialog({
  title,
  button,
  children,
  act,
  close,
}: {
  title: string;
  /** Verb and noun: "Remove carla". */
  button: string;
  children: ReactNode;
  act: () => Promise<Answer<unknown>>;
  close: (done: boolean) => void;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const done = useRef(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const whyNot = useWhyNot('administer');
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async () => {
    setBusy(true);
    setRefusal(null);
    const answer = await act();
    setBusy(false);
    if (answer.kind !== 'ok') return setRefusal(answer);
    done.current = true;
    dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      className="m-auto w-[min(30rem,calc(100vw-2rem))] rounded-md border border-line-strong bg-raised p-5 text-left text-ink shadow-xl"
      onClose={() => close(done.current)}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`} className="mt-2 text-soft">
        {children}
      </div>
      <RefusalText refusal={refusal} className="mt-3" />
      {whyNot !== null && <p className="mt-3 text-sm text-soft">{whyNot}</p>}
      <div className="mt-5 flex flex-wrap justify-end gap-3">
        {/* What is safe has the focus. */}
        <button type="button" className="btn" autoFocus onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button
          type="button"
          className="btn btn-risk"
          disabled={busy || whyNot !== null}
          onClick={() => void confirm()}
        >
          {busy ? 'Asking…' : button}
        </button>
      </div>
    </dialog>
  );
}
