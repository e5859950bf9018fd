'use client';

import { useId, useState } from 'react';
import type { Dump } from '../../server/contract/dumps.ts';
import { bytes } from '../format/number.ts';
import { useWhyNot } from '../live/use-live.ts';
import { StepMark } from '../operation/step-mark.tsx';
import { Status } from '../ui/mark.tsx';
import { Ago } from '../ui/time.tsx';
import { restoreWords, stepWords } from './dump-words.ts';
import type { VerifyView } from './use-verifications.ts';

/** Has it been proven that this dump can be restored? And the proof, one press away. */
export function Proven({ dump, view, silent }: { dump: Dump; view: VerifyView; silent: boolean }) {
  const restore = restoreWords(dump.verified);
  const run = view.run(dump);
  const trouble = view.trouble(dump);
  return (
    <span className="block text-sm">
      {run === null ? (
        <>
          <span title={dump.verified?.text}>
            <Status level={restore.level} word={restore.word} className="max-md:whitespace-normal" />
          </span>
          {restore.at !== null && <Ago at={restore.at} className="block text-faint md:pl-5" />}
          {dump.verified?.ok === false && (
            <span className="block wrap-anywhere text-soft md:max-w-60 md:pl-5">{dump.verified.text}</span>
          )}
        </>
      ) : (
        <>
          <span className="inline-flex items-baseline gap-2">
            <StepMark state="running" className="translate-y-px" />
            {stepWords[run.step]}
          </span>
          <span aria-hidden="true" className="block text-faint md:pl-5">
            {bytes(run.bytes)} of {bytes(run.totalBytes)}
          </span>
        </>
      )}
      {!silent && run === null && <Verify dump={dump} view={view} />}
      {trouble !== null && (
        <span role="alert" className="block wrap-anywhere text-serious md:max-w-60 md:pl-5">
          {trouble}
        </span>
      )}
    </span>
  );
}

function Verify({ dump, view }: { dump: Dump; view: VerifyView }) {
  const id = useId();
  const [asking, setAsking] = useState(false);
  const forbidden = useWhyNot('operate');
  const busy = view.busy(dump.server);
  if (forbidden !== null) return null;
  const verify = async () => {
    setAsking(true);
    await view.verify(dump);
    setAsking(false);
  };
  return (
    <span className="block md:pl-5">
      <button
        type="button"
        className="target link text-sm"
        disabled={busy || asking}
        aria-describedby={busy ? id : undefined}
        onClick={() => void verify()}
      >
        {asking ? 'Asking…' : dump.verified === null ? 'Verify' : 'Verify again'}
        <span className="sr-only"> {dump.name}</span>
      </button>
      {busy && (
        <span id={id} className="sr-only">
          {dump.server} restores another one now.
        </span>
      )}
    </span>
  );
}
