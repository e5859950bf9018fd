'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { rejoinServer, type Refusal } from '../../server/contract/client.ts';
import type { RejoinPlan } from '../../server/contract/rejoin.ts';
import { useWhyNot } from '../live/use-live.ts';
import { DecisionRow } from '../takeover/decision-row.tsx';
import { NameField } from '../takeover/name-field.tsx';
import { StartRefused } from '../takeover/start-refused.tsx';
import { whyImpossible } from '../takeover/why-shut.ts';
import { Icon } from '../ui/icon.tsx';
import { clusterPath, operationPath } from '../ui/paths.ts';
import { rejoinButton } from './rejoin-words.ts';

/** The decision: dry run, cancel, or the one press. The server looks again and refuses what does not hold any more. */
export function RejoinDecision({ plan, again }: { plan: RejoinPlan; again: () => void }) {
  const router = useRouter();
  const whyNot = useWhyNot('operate');
  const [busy, setBusy] = useState<'dry' | 'real' | null>(null);
  const [typed, setTyped] = useState('');
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const blocked = whyImpossible(plan);
  const { confirm, setAside } = plan;
  const untyped = confirm !== null && typed.trim() !== confirm ? `Type ${confirm} first.` : null;
  const shut = whyNot ?? blocked;
  const start = async (dryRun: boolean) => {
    setBusy(dryRun ? 'dry' : 'real');
    setRefusal(null);
    const meant = confirm === null || untyped !== null ? {} : { confirm };
    const answer = await rejoinServer(plan.cluster, plan.server, { dryRun, setAside, ...meant });
    if (answer.kind === 'ok') return router.push(operationPath(answer.value.operationId));
    setBusy(null);
    setRefusal(answer);
  };
  return (
    <section aria-label="Decision" className="mt-10 border-t border-line-strong pt-5">
      {confirm !== null && blocked === null && (
        <NameField
          name={confirm}
          typed={typed}
          type={setTyped}
          why={`The data of ${plan.server} are replaced, and kept beside.`}
        />
      )}
      <DecisionRow
        dryRun={{ starting: busy === 'dry', shut: shut !== null, press: () => void start(true) }}
        leave={clusterPath(plan.cluster)}
        risky={setAside}
        shut={shut ?? untyped}
        busy={busy !== null}
        press={() => void start(false)}
        after={
          blocked !== null && (
            <button type="button" className="btn max-sm:basis-full" onClick={again}>
              Review again
            </button>
          )
        }
      >
        <Icon name="switchover" />
        {busy === 'real' ? 'Starting…' : rejoinButton(plan)}
      </DecisionRow>
      {refusal !== null && <StartRefused refusal={refusal} again={again} />}
    </section>
  );
}
