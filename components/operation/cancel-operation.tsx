'use client';

import { useState } from 'react';
import { cancelOperation, type Refusal } from '../../server/contract/client.ts';
import type { Operation } from '../../server/contract/operation.ts';
import { useLiveContext } from '../live/live-provider.tsx';
import { useWhyNotTakeOver } from '../live/use-live.ts';
import { takeAnswer } from './take-answer.ts';

/** "Cancel and restore" while that is possible; afterwards the words that say why not. */
export function CancelOperation({ operation }: { operation: Operation }) {
  const { store } = useLiveContext();
  const whyNot = useWhyNotTakeOver(operation.cluster, operation.target);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  if (operation.outcome !== null) return null;
  if (operation.pointOfNoReturnPassed) {
    return <p className="text-sm text-soft">Past the point of no return: it can’t be cancelled, it goes forward.</p>;
  }
  const cancel = async () => {
    setBusy(true);
    setRefusal(null);
    const answer = await cancelOperation(operation.id);
    setBusy(false);
    if (answer.kind !== 'ok') return setRefusal(answer);
    takeAnswer(store, answer.value);
  };
  return (
    <div className="no-print flex flex-col items-end gap-1">
      <button
        type="button"
        className="btn"
        disabled={whyNot !== null || busy || operation.cancelRequested}
        onClick={() => void cancel()}
      >
        {busy || operation.cancelRequested ? 'Cancelling, restoring…' : 'Cancel and restore'}
      </button>
      {whyNot !== null && <p className="max-w-80 text-right text-sm text-soft">{whyNot}</p>}
      {refusal !== null && (
        <p role="alert" className="max-w-80 text-right text-sm text-serious">
          {refusal.kind === 'no-answer'
            ? 'The console did not answer: whether it is cancelled is unknown. Press again when there is contact.'
            : `${refusal.message} ${refusal.next}`}
        </p>
      )}
    </div>
  );
}
