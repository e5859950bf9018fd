import type { ReactNode } from 'react';
import type { Refusal } from '../../server/contract/client.ts';
import { useWhyNot } from '../live/use-live.ts';
import { RefusalText } from './refusal-text.tsx';

/** Fields, and below them the button that adds, why it can't be pressed, and why what was asked for was refused. */
export function AddForm({
  button,
  busy,
  refusal,
  submit,
  children,
}: {
  button: string;
  busy: boolean;
  refusal: Refusal | null;
  submit: () => Promise<void>;
  children: ReactNode;
}) {
  const whyNot = useWhyNot('administer');
  return (
    <form
      className="mt-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="flex flex-wrap items-start gap-x-6 gap-y-4">{children}</div>
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="submit" className="btn btn-go" disabled={busy || whyNot !== null}>
          {button}
        </button>
        {whyNot !== null && <span className="text-sm text-faint">{whyNot}</span>}
        <RefusalText refusal={refusal} />
      </div>
    </form>
  );
}
