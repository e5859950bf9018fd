'use client';

import Link from 'next/link';
import { Fragment, useState } from 'react';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import type { Check, TakeoverPlan } from '../../server/contract/takeover.ts';
import { useSession } from '../live/use-live.ts';
import { takeoverPath } from '../ui/paths.ts';
import { Ago } from '../ui/time.tsx';
import { checkLink } from './check-link.ts';
import { lossText, timeTexts } from './cost-line.ts';
import { Impossible } from './impossible.tsx';
import { OnTheCommandLine } from './on-the-command-line.tsx';
import { PlanChecks } from './plan-checks.tsx';
import { PlanConfirm } from './plan-confirm.tsx';
import { PlanSteps } from './plan-steps.tsx';
import { RoleTree } from './role-tree-view.tsx';
import { whyImpossible } from './why-shut.ts';
import { takeoverWords } from './wording.ts';

/** A plan as it was made: cost, before and after, checks, steps, the same on the command line, and the decision. */
export function PlanView({
  plan,
  seen,
  again,
}: {
  plan: TakeoverPlan;
  seen: ClusterSnapshot | null;
  again: () => void;
}) {
  const [accepted, setAccepted] = useState<readonly string[]>([]);
  const accept = (code: string, yes: boolean) =>
    setAccepted(yes ? [...accepted, code] : accepted.filter((one) => one !== code));
  // A session for this takeover alone has no way to any other page.
  const { takeover: alone } = useSession();
  const own = takeoverPath(plan.cluster, plan.target);
  const linkOf = (check: Check) => {
    const link = checkLink(check, plan);
    return alone === null || link?.href.startsWith(own) ? link : null;
  };
  const gone = new Set(seen?.servers.filter((one) => one.state === 'unreachable').map((one) => one.name));
  return (
    <>
      <CostLine plan={plan} />
      <div className="mt-8 grid gap-x-14 gap-y-8 md:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
        <div className="grid content-start gap-x-8 gap-y-6 min-[24rem]:grid-cols-2">
          <RoleTree title="Before" plan={plan} side="before" gone={gone} />
          <RoleTree title="After" plan={plan} side="after" gone={gone} />
        </div>
        <PlanChecks checks={plan.checks} accepted={accepted} accept={accept} linkOf={linkOf} />
      </div>
      <PlanSteps steps={plan.steps} />
      <OnTheCommandLine command={plan.command} />
      <PlanConfirm plan={plan} seen={seen} accepted={accepted} again={again} />
      <OtherKinds plan={plan} />
    </>
  );
}

function CostLine({ plan }: { plan: TakeoverPlan }) {
  const { lossKnownAsOf } = plan.cost;
  const impossible = whyImpossible(plan);
  if (impossible !== null) return <Impossible why={impossible} observedAt={plan.observedAt} />;
  return (
    <p className="mt-2 flex flex-wrap justify-between gap-x-8">
      <span>
        <span className="font-medium">{lossText(plan)}</span>
        {plan.kind === 'failover' && lossKnownAsOf !== null && (
          <span className="text-soft">
            {' '}
            (last word from {plan.oldPrimary ?? 'the primary'} <Ago at={lossKnownAsOf} />)
          </span>
        )}
        {timeTexts(plan).map((text) => (
          <Fragment key={text}>
            {' '}
            <span className="inline-block text-soft">· {text}</span>
          </Fragment>
        ))}
      </span>
      <span className="text-sm text-faint">
        as of <Ago at={plan.observedAt} />
      </span>
    </p>
  );
}

function OtherKinds({ plan }: { plan: TakeoverPlan }) {
  const others = plan.kinds.filter((kind) => kind !== plan.kind);
  if (others.length === 0) return null;
  return (
    <p className="mt-8 flex flex-wrap items-baseline gap-x-5 gap-y-1 border-t border-line pt-4 text-sm text-soft">
      Review another way:
      {others.map((kind) => (
        <Link
          key={kind}
          href={`${takeoverPath(plan.cluster, plan.target)}?kind=${kind}`}
          prefetch={false}
          className="target link"
        >
          {takeoverWords[kind].noun} <span className="text-faint">({takeoverWords[kind].when})</span>
        </Link>
      ))}
    </p>
  );
}
