'use client';

import { useState } from 'react';
import { planRecovery, type Refusal } from '../../server/contract/client.ts';
import type { Decision, RecoveryPlan } from '../../server/contract/galera.ts';
import { BackToCluster } from '../live/back-to-cluster.tsx';
import { useCluster, useWhyNot } from '../live/use-live.ts';
import type { MarkLevel } from '../status/mark-level.ts';
import { RunningOperation } from '../status/running-operation.tsx';
import { SandboxLabel } from '../status/sandbox-label.tsx';
import { OnTheCommandLine } from '../takeover/on-the-command-line.tsx';
import { PlanSkeleton } from '../takeover/plan-skeleton.tsx';
import { PlanSteps } from '../takeover/plan-steps.tsx';
import { RefusedPlan } from '../takeover/refused-plan.tsx';
import { Mark } from '../ui/mark.tsx';
import { Ago } from '../ui/time.tsx';
import { NodeLogs } from './node-logs.tsx';
import { NodeTable } from './node-table.tsx';
import { RecoveryDecision } from './recovery-decision.tsx';
import { RoundSection } from './round-section.tsx';
import { SandboxActs } from './sandbox-acts.tsx';
import { useGalera } from './use-galera.ts';

/** What every node of a Galera cluster knows, which one may begin the cluster again, and that done. */
export function GaleraPage({ cluster }: { cluster: string }) {
  const snapshot = useCluster(cluster);
  const { answer, again } = useGalera(cluster);
  const [plan, setPlan] = useState<RecoveryPlan | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const view = answer?.kind === 'ok' ? answer.value : null;
  const review = async () => {
    setBusy(true);
    setRefusal(null);
    const planned = await planRecovery(cluster);
    setBusy(false);
    if (planned.kind === 'ok') setPlan(planned.value);
    else setRefusal(planned);
    again();
  };
  const decision = plan ?? view?.decision ?? null;
  return (
    <>
      <BackToCluster cluster={cluster} className="pt-6 text-sm" />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h1>Galera nodes of {cluster}</h1>
        {snapshot?.sandbox === true && (
          <SandboxLabel>
            {view?.canKill === true && (
              <SandboxActs
                cluster={cluster}
                running={view.decision.situation === 'running' && snapshot.operationId === null}
                again={again}
              />
            )}
          </SandboxLabel>
        )}
      </div>
      {snapshot !== null && <RunningOperation cluster={snapshot} />}
      {answer === null && <PlanSkeleton />}
      {answer !== null && answer.kind !== 'ok' && decision === null && (
        <RefusedPlan refusal={answer} again={again} cluster={cluster} />
      )}
      {decision !== null && (
        <>
          <Meaning decision={decision} observedAt={plan?.observedAt ?? view?.observedAt ?? null} />
          <NodeTable cluster={cluster} decision={decision} again={again} />
          {view !== null && <NodeLogs view={view} />}
          {plan === null ? (
            <Review decision={decision} busy={busy} review={() => void review()} />
          ) : (
            <>
              {plan.steps.length > 0 && <PlanSteps steps={plan.steps} />}
              {plan.command !== null && <OnTheCommandLine command={plan.command} />}
              <RecoveryDecision key={plan.id} plan={plan} again={() => void review()} />
              <p className="mt-4">
                <button type="button" className="btn" disabled={busy} onClick={() => void review()}>
                  {busy ? 'Reading…' : 'Read again'}
                </button>
              </p>
            </>
          )}
          {refusal !== null && <RefusedPlan refusal={refusal} again={() => void review()} cluster={cluster} />}
          {decision.situation === 'running' && <RoundSection cluster={cluster} />}
        </>
      )}
    </>
  );
}

/** What it means for who uses the cluster, whatever can be done about it: where nobody serves, it is for now. */
function levelOf(situation: Decision['situation']): MarkLevel {
  if (situation === 'running') return 'normal';
  return situation === 'waiting' || situation === 'member-unknown' ? 'serious' : 'critical';
}

/** Where things stand, and what keeps it from being plain. */
function Meaning({ decision, observedAt }: { decision: Decision; observedAt: string | null }) {
  return (
    <div className="mt-4 max-w-4xl" aria-live="polite">
      <p className="flex items-baseline gap-3 text-lg">
        <Mark level={levelOf(decision.situation)} className="translate-y-px" />
        <span>{decision.text}</span>
      </p>
      {decision.doubts.length > 0 && (
        <ul className="mt-2 list-disc pl-11">
          {decision.doubts.map((doubt) => (
            <li key={doubt}>{doubt}</li>
          ))}
        </ul>
      )}
      {decision.notes.map((note) => (
        <p key={note} className="mt-2 pl-6 text-soft">
          {note}
        </p>
      ))}
      {observedAt !== null && (
        <p className="mt-1 pl-6 text-sm text-faint">
          as of <Ago at={observedAt} />
        </p>
      )}
    </div>
  );
}

/** The way to a decision: where each node stopped is read, which a look alone does not do. */
function Review({ decision, busy, review }: { decision: Decision; busy: boolean; review: () => void }) {
  const whyNot = useWhyNot('operate');
  const worth = ['all-down', 'member-unknown', 'two-histories', 'no-candidate', 'non-primary'];
  if (!worth.includes(decision.situation)) return null;
  return (
    <p className="mt-8 flex flex-wrap items-center gap-3">
      <button type="button" className="btn btn-accent" disabled={whyNot !== null || busy} onClick={review}>
        {busy ? 'Reading where each node stopped…' : 'Find the node that may begin'}
      </button>
      <span className="text-sm text-soft">
        {whyNot ?? 'Reads where each node that is down has stopped. No server is started.'}
      </span>
    </p>
  );
}
