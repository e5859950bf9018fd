'use client';

import Link from 'next/link';
import type { RejoinPlan } from '../../server/contract/rejoin.ts';
import { useCluster } from '../live/use-live.ts';
import { SandboxLabel } from '../status/sandbox-label.tsx';
import { Impossible } from '../takeover/impossible.tsx';
import { PlanChecks } from '../takeover/plan-checks.tsx';
import { PlanSkeleton } from '../takeover/plan-skeleton.tsx';
import { OnTheCommandLine } from '../takeover/on-the-command-line.tsx';
import { PlanSteps } from '../takeover/plan-steps.tsx';
import { RefusedPlan } from '../takeover/refused-plan.tsx';
import { whyImpossible } from '../takeover/why-shut.ts';
import { clusterPath } from '../ui/paths.ts';
import { Ago } from '../ui/time.tsx';
import { Exports } from './exports.tsx';
import { OwnTransactions } from './own-transactions.tsx';
import { RejoinDecision } from './rejoin-decision.tsx';
import { rejoinMeaning } from './rejoin-words.ts';
import { SetAsideOffer } from './set-aside-offer.tsx';
import { useRejoinPlan } from './use-rejoin-plan.ts';

/** What it takes to make this server a replica again: read it, then decide. Nothing happens before the button is pressed. */
export function RejoinPage({ cluster, server, setAside }: { cluster: string; server: string; setAside: boolean }) {
  const { answer, again } = useRejoinPlan(cluster, server, setAside);
  const snapshot = useCluster(cluster);
  const plan = answer?.kind === 'ok' ? answer.value : null;
  const address = plan?.address ?? snapshot?.servers.find((one) => one.name === server)?.address;
  return (
    <>
      <p className="pt-6 text-sm">
        <Link href={clusterPath(cluster)} prefetch={false} className="target link">
          ‹ {cluster}
        </Link>
      </p>
      <h1>
        {setAside ? 'Rejoin by a copy: ' : 'Rejoin '}
        {server} {address !== undefined && <span className="font-normal text-soft">({address})</span>}{' '}
        <span className="font-normal text-soft">in {cluster}</span>
      </h1>
      {snapshot?.sandbox === true && (
        <p className="mt-2">
          <SandboxLabel />
        </p>
      )}
      {answer === null && <PlanSkeleton />}
      {answer !== null && answer.kind !== 'ok' && <RefusedPlan refusal={answer} again={again} cluster={cluster} />}
      {plan !== null && (
        <>
          <Meaning plan={plan} />
          <div className="mt-8 max-w-3xl">
            <PlanChecks checks={plan.checks} accepted={[]} accept={null} />
          </div>
          <OwnTransactions cluster={cluster} extra={plan.extraTransactions} />
          <SetAsideOffer plan={plan} />
          <Exports cluster={cluster} server={server} />
          {plan.steps.length > 0 && <PlanSteps steps={plan.steps} />}
          <OnTheCommandLine command={plan.command} />
          <RejoinDecision key={plan.observedAt} plan={plan} again={again} />
        </>
      )}
    </>
  );
}

/** What it comes to; or what stands in its way. */
function Meaning({ plan }: { plan: RejoinPlan }) {
  const impossible = whyImpossible(plan);
  if (impossible !== null) return <Impossible why={impossible} observedAt={plan.observedAt} />;
  return (
    <p className="mt-2 flex flex-wrap justify-between gap-x-8">
      <span className="font-medium">{rejoinMeaning(plan)}</span>
      <span className="text-sm text-faint">
        as of <Ago at={plan.observedAt} />
      </span>
    </p>
  );
}
