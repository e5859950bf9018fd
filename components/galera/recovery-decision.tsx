'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { startRecovery, type Refusal } from '../../server/contract/client.ts';
import type { RecoveryPlan } from '../../server/contract/galera.ts';
import { useWhyNot } from '../live/use-live.ts';
import { DecisionRow } from '../takeover/decision-row.tsx';
import { NameField } from '../takeover/name-field.tsx';
import { StartRefused } from '../takeover/start-refused.tsx';
import { clusterPath, operationPath } from '../ui/paths.ts';

/** The decision: the recommended node, or another one whose name is typed. The server looks again before it acts. */
export function RecoveryDecision({ plan, again }: { plan: RecoveryPlan; again: () => void }) {
  const router = useRouter();
  const whyNot = useWhyNot('operate');
  const choices = plan.nodes.filter(({ choice }) => choice !== 'impossible');
  const [node, setNode] = useState(plan.recommended);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const row = choices.find(({ name }) => name === node);
  if (choices.length === 0) return null;
  const free = plan.verdict === 'green' && row?.choice === 'recommended';
  const untyped = row !== undefined && !free && typed.trim() !== row.name ? `Type ${row.name} first.` : null;
  const unchosen = row === undefined ? 'Choose a node first: none is recommended.' : null;
  const start = async (chosen: string) => {
    setBusy(true);
    setRefusal(null);
    const other = chosen === plan.recommended ? {} : { node: chosen };
    const meant = free ? {} : { confirm: typed.trim() };
    const answer = await startRecovery(plan.cluster, { planId: plan.id, ...other, ...meant });
    if (answer.kind === 'ok') return router.push(operationPath(answer.value.operationId));
    setBusy(false);
    setRefusal(answer);
  };
  const shut = whyNot ?? unchosen ?? untyped;
  return (
    <section aria-label="Decision" className="mt-10 border-t border-line-strong pt-5">
      {choices.length > 1 && (
        <fieldset className="mb-5">
          <legend className="mb-1 text-sm font-medium text-faint">Begin with</legend>
          <div className="flex flex-wrap gap-x-6 gap-y-1">
            {choices.map(({ name, choice }) => (
              <label key={name} className="target inline-flex items-center gap-2">
                <input
                  type="radio"
                  name="node"
                  checked={name === node}
                  onChange={() => {
                    setNode(name);
                    setTyped('');
                  }}
                />
                {name}
                {choice === 'recommended' && <span className="text-sm text-soft">recommended</span>}
              </label>
            ))}
          </div>
        </fieldset>
      )}
      {row !== undefined && row.givesUp.length > 0 && (
        <div className="mb-4">
          <p className="font-medium">Beginning with {row.name} gives up, or may give up:</p>
          <ul className="mt-1 list-disc pl-5">
            {row.givesUp.map((lost) => (
              <li key={lost}>{lost}</li>
            ))}
          </ul>
        </div>
      )}
      {row !== undefined && !free && (
        <NameField name={row.name} typed={typed} type={setTyped} why={`${row.name} is for a person to choose.`} />
      )}
      <DecisionRow
        leave={clusterPath(plan.cluster)}
        risky={!free}
        shut={shut}
        busy={busy}
        press={() => void start(node ?? '')}
      >
        {busy ? 'Starting…' : plan.act === 'make-primary' ? `Make ${node ?? ''} Primary` : `Bootstrap ${node ?? ''}`}
      </DecisionRow>
      {refusal !== null && <StartRefused refusal={refusal} again={again} />}
    </section>
  );
}
