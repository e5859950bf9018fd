'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { planRound, startRound, type Refusal } from '../../server/contract/client.ts';
import type { RoundAct, RoundPlan } from '../../server/contract/galera-rounds.ts';
import { useWhyNot } from '../live/use-live.ts';
import { DecisionRow } from '../takeover/decision-row.tsx';
import { NameField } from '../takeover/name-field.tsx';
import { OnTheCommandLine } from '../takeover/on-the-command-line.tsx';
import { PlanSteps } from '../takeover/plan-steps.tsx';
import { RefusedPlan } from '../takeover/refused-plan.tsx';
import { StartRefused } from '../takeover/start-refused.tsx';
import { operationPath } from '../ui/paths.ts';
import { Section } from '../ui/section.tsx';

const buttons: Readonly<Record<RoundAct, string>> = { restart: 'Restart node by node', stop: 'Stop all in order' };

/** The whole cluster, node by node: restarted with one down at a time, or stopped in order with the last one named. */
export function RoundSection({ cluster }: { cluster: string }) {
  const whyNot = useWhyNot('operate');
  const [plan, setPlan] = useState<RoundPlan | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const review = async (act: RoundAct, last?: string) => {
    setRefusal(null);
    const answer = await planRound(cluster, last === undefined ? { act } : { act, last });
    if (answer.kind === 'ok') return setPlan(answer.value);
    setPlan(null);
    setRefusal(answer);
  };
  return (
    <Section id="round" title="All nodes">
      {plan === null ? (
        <p className="flex flex-wrap items-center gap-3">
          {(['restart', 'stop'] as const).map((act) => (
            <button key={act} type="button" className="btn" disabled={whyNot !== null} onClick={() => void review(act)}>
              {buttons[act]}…
            </button>
          ))}
          <span className="text-sm text-soft">{whyNot ?? 'Shows the order and the steps first.'}</span>
        </p>
      ) : (
        <Review
          key={`${plan.act} ${plan.observedAt}`}
          plan={plan}
          review={(last) => void review(plan.act, last)}
          leave={() => setPlan(null)}
        />
      )}
      {refusal !== null && <RefusedPlan refusal={refusal} again={() => setRefusal(null)} cluster={cluster} />}
    </Section>
  );
}

function Review({ plan, review, leave }: { plan: RoundPlan; review: (last?: string) => void; leave: () => void }) {
  const router = useRouter();
  const whyNot = useWhyNot('operate');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const { cluster, act, order, confirm, blocked } = plan;
  const untyped = confirm !== null && typed.trim() !== confirm ? `Type ${confirm} first.` : null;
  const shut = whyNot ?? blocked ?? untyped;
  const start = async () => {
    setBusy(true);
    setRefusal(null);
    const meant = confirm === null ? {} : { confirm: typed.trim() };
    const answer = await startRound(cluster, { act, order, ...meant });
    if (answer.kind === 'ok') return router.push(operationPath(answer.value.operationId));
    setBusy(false);
    setRefusal(answer);
  };
  return (
    <div>
      <p className="max-w-4xl text-lg" aria-live="polite">
        {plan.text}
      </p>
      {blocked === null && (
        <>
          <PlanSteps steps={plan.steps} />
          <LastChoice plan={plan} choose={review} />
          <OnTheCommandLine command={plan.command} />
        </>
      )}
      <div className="mt-6 border-t border-line-strong pt-5">
        {confirm !== null && blocked === null && (
          <NameField
            name={confirm}
            typed={typed}
            type={setTyped}
            why={`Nobody serves ${cluster} when it is stopped.`}
          />
        )}
        <DecisionRow leave={leave} risky={act === 'stop'} shut={shut} busy={busy} press={() => void start()}>
          {busy ? 'Starting…' : act === 'stop' ? `Stop ${cluster}` : `Restart ${cluster} node by node`}
        </DecisionRow>
      </div>
      {refusal !== null && <StartRefused refusal={refusal} again={() => review(order.at(-1))} />}
    </div>
  );
}

/** Which one is taken down last: where writes come to, or who is to begin the cluster again. */
function LastChoice({ plan: { order }, choose }: { plan: RoundPlan; choose: (last: string) => void }) {
  // The order comes from the server, a moment after the press.
  const [chosen, setChosen] = useState(order.at(-1));
  const press = (name: string) => {
    setChosen(name);
    choose(name);
  };
  return (
    <fieldset className="mt-6">
      <legend className="mb-1 text-sm font-medium text-faint">Taken down last</legend>
      <div className="flex flex-wrap gap-x-6 gap-y-1">
        {order.toSorted().map((name) => (
          <label key={name} className="target inline-flex items-center gap-2">
            <input type="radio" name="last" checked={name === chosen} onChange={() => press(name)} />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
