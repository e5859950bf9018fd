'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import type { TakeoverKind } from '../../server/contract/takeover.ts';
import { BackToCluster } from '../live/back-to-cluster.tsx';
import { useCluster, useSession } from '../live/use-live.ts';
import { RunningOperation } from '../status/running-operation.tsx';
import { SandboxLabel } from '../status/sandbox-label.tsx';
import { clusterPath } from '../ui/paths.ts';
import { PlanSkeleton } from './plan-skeleton.tsx';
import { PlanView } from './plan-view.tsx';
import { RefusedPlan } from './refused-plan.tsx';
import { TakeoverMark } from './takeover-mark.tsx';
import { usePlan } from './use-plan.ts';
import { kindReason, takeoverWords } from './wording.ts';

/** What would happen if this server took over: read it, then decide. Nothing happens before the button is pressed. */
export function ReviewPage({ cluster, server, kind }: { cluster: string; server: string; kind: TakeoverKind | null }) {
  const { state, again } = usePlan(cluster, server, kind);
  const snapshot = useCluster(cluster);
  const known = snapshot?.servers.find((one) => one.name === server);
  const plan = state.kind === 'ready' ? state.plan : null;
  const shownKind = plan?.kind ?? kind ?? known?.promotable.kind ?? 'switchover';
  const words = takeoverWords[shownKind];
  const oldPrimary =
    snapshot?.servers.find((one) => one.name === (plan === null ? snapshot.primary : plan.oldPrimary)) ?? null;
  // Asked for no kind in particular, as one comes back to a review after its takeover: there is nothing left to plan.
  const already = kind === null && state.kind === 'ready' && state.seen?.primary === server;
  const address = plan?.targetAddress ?? known?.address;
  return (
    <>
      <BackToCluster cluster={cluster} className="pt-6 text-sm" />
      <div className="flex flex-wrap items-baseline justify-between gap-x-8 gap-y-1">
        <h1>
          {already ? server : words.title(server)}{' '}
          {address !== undefined && <span className="font-normal text-soft">({address})</span>}{' '}
          <span className="font-normal text-soft">in {cluster}</span>
        </h1>
        {!already && (
          <p className={clsx('flex items-center gap-2 font-medium', shownKind === 'failover' && 'text-critical')}>
            <TakeoverMark kind={shownKind} className={shownKind === 'failover' ? '' : 'text-accent'} />
            <span>
              {words.noun} <span className="font-normal text-soft">· {kindReason(shownKind, oldPrimary)}</span>
            </span>
          </p>
        )}
      </div>
      {snapshot?.sandbox === true && (
        <p className="mt-2">
          <SandboxLabel />
        </p>
      )}
      {snapshot !== null && <RunningOperation cluster={snapshot} className="mt-4" />}
      {state.kind === 'planning' && <PlanSkeleton />}
      {state.kind === 'refused' && <RefusedPlan refusal={state.refusal} again={again} cluster={cluster} />}
      {already && <AlreadyPrimary server={server} cluster={cluster} />}
      {state.kind === 'ready' && !already && (
        <PlanView key={state.plan.id} plan={state.plan} seen={state.seen} again={again} />
      )}
    </>
  );
}

function AlreadyPrimary({ server, cluster }: { server: string; cluster: string }) {
  const { takeover } = useSession();
  return (
    <>
      <p className="mt-4 text-lg">{server} is the primary already: there is nothing to take over.</p>
      {takeover === null && (
        <p className="mt-4 flex flex-wrap gap-3">
          <Link href={clusterPath(cluster)} prefetch={false} className="btn btn-accent">
            See {cluster}
          </Link>
          <Link href={`/operations?cluster=${encodeURIComponent(cluster)}`} prefetch={false} className="btn">
            Its operations
          </Link>
        </p>
      )}
    </>
  );
}
