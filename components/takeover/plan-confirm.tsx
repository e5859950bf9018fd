'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { startTakeover, type Refusal } from '../../server/contract/client.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import type { TakeoverPlan } from '../../server/contract/takeover.ts';
import { useSession, useWhyNotTakeOver } from '../live/use-live.ts';
import { clusterPath, operationPath } from '../ui/paths.ts';
import { DecisionRow } from './decision-row.tsx';
import { NameField } from './name-field.tsx';
import { OutdatedPlan } from './outdated-plan.tsx';
import { StartRefused } from './start-refused.tsx';
import { TakeoverMark } from './takeover-mark.tsx';
import { useOutdated } from './use-outdated.ts';
import { nameToType, whyImpossible, whyShut } from './why-shut.ts';
import { takeoverWords } from './wording.ts';

/** The decision: dry run, cancel, or the one press. Each press has one key, so that two of it are one operation. */
export function PlanConfirm({
  plan,
  seen,
  accepted,
  again,
}: {
  plan: TakeoverPlan;
  seen: ClusterSnapshot | null;
  accepted: readonly string[];
  again: () => void;
}) {
  const router = useRouter();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState<'dry' | 'real' | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const outdated = useOutdated(plan, seen);
  const whyNot = useWhyNotTakeOver(plan.cluster, plan.target);
  // A session for this takeover alone has no other page to leave for.
  const { takeover: alone } = useSession();
  // Nothing that could be typed opens a button that a check keeps shut.
  const name = whyImpossible(plan) === null ? nameToType(plan, accepted) : null;
  const shut = whyNot ?? (isOver(refusal) ? 'This plan is over: review again.' : whyShut(plan, { accepted, typed }));
  const words = takeoverWords[plan.kind];

  const start = async (dryRun: boolean) => {
    if (busy !== null) return;
    setBusy(dryRun ? 'dry' : 'real');
    setRefusal(null);
    const confirm = name !== null && typed.trim() === name ? { confirm: name } : {};
    const body = { planId: plan.id, accept: [...accepted], dryRun, ...confirm };
    const answer = await startTakeover(plan.cluster, body, dryRun ? `${plan.id}-dry-run` : plan.id);
    if (answer.kind === 'ok') return router.push(operationPath(answer.value.operationId));
    setBusy(null);
    setRefusal(answer);
  };

  const told = refusal !== null && refusal.kind === 'refused';
  if (outdated !== null && busy === null && !told) return <OutdatedPlan outdated={outdated} again={again} />;
  return (
    <section aria-label="Decision" className="mt-10 border-t border-line-strong pt-5">
      {name !== null && (
        <NameField
          name={name}
          typed={typed}
          type={setTyped}
          why={plan.kind === 'failover' ? 'Data may be lost.' : 'A check is overridden.'}
        />
      )}
      <DecisionRow
        dryRun={{
          starting: busy === 'dry',
          shut: whyNot !== null || isOver(refusal),
          press: () => void start(true),
        }}
        leave={alone === null ? clusterPath(plan.cluster) : null}
        risky={plan.kind === 'failover'}
        shut={shut}
        busy={busy !== null}
        press={() => void start(false)}
      >
        <TakeoverMark kind={plan.kind} className="!text-current" />
        {busy === 'real' ? 'Starting…' : words.button(plan.target)}
      </DecisionRow>
      {refusal !== null && <StartRefused refusal={refusal} again={again} />}
    </section>
  );
}

/** Refused for what it is, not for the moment it was pressed in: the same plan will never be taken. */
function isOver(refusal: Refusal | null): boolean {
  return refusal?.kind === 'refused' && ['outdated', 'already-running', 'refused', 'not-found'].includes(refusal.code);
}
