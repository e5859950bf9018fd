'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import type { Operation } from '../../server/contract/operation.ts';
import { elapsed } from '../format/duration.ts';
import { utc } from '../format/instant.ts';
import { BackToCluster } from '../live/back-to-cluster.tsx';
import { useClock, useLive } from '../live/use-live.ts';
import { SandboxLabel } from '../status/sandbox-label.tsx';
import { Instant } from '../ui/time.tsx';
import { announcement } from './announcement.ts';
import { CancelOperation } from './cancel-operation.tsx';
import { FollowUps } from './follow-ups.tsx';
import { nextStep } from './next-step.ts';
import { ReportButtons } from './report-buttons.tsx';
import { Standing } from './standing.tsx';
import { StepList } from './step-list.tsx';
import { useReadAgain } from './use-read-again.ts';

/** One operation, live: the same view after a reload, in a second tab, and after the console was started again. */
export function OperationPage({ first }: { first: Operation }) {
  const operation = useOperation(first);
  const lost = useLive((state) => state.connection.kind === 'lost' || state.connection.kind === 'signed-out');
  const unknown = operation.outcome === null && lost;
  return (
    <article>
      <BackToCluster cluster={operation.cluster} className="no-print pt-6 text-sm" />
      <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 pb-4">
        <div>
          <h1>{operation.title}</h1>
          <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-soft">
            <span>
              by {operation.actor}, <Instant at={operation.startedAt} />
              {/* Paper has no hover, and outlives the day. */}
              <span className="hidden print:inline"> ({utc(operation.startedAt)})</span>
            </span>
            <Sandbox cluster={operation.cluster} />
          </p>
        </div>
        <p className="font-medium sm:ml-auto">
          <Standing operation={operation} unknown={unknown} /> <Elapsed operation={operation} />
        </p>
        <CancelOperation operation={operation} />
      </div>
      <p aria-live="polite" className="sr-only">
        {announcement(operation)}
      </p>
      <Summary operation={operation} unknown={unknown} />
      <Interruptions operation={operation} />
      <CancelAsked operation={operation} />
      {/* What is to be done now comes before the story of what was. */}
      <NextStep operation={operation} />
      <FollowUps operation={operation} />
      <StepList operation={unknown ? unheard(operation) : operation} />
      <ReportButtons operation={operation} />
    </article>
  );
}

/** What ran when the console was last heard may have ended since. */
function unheard(operation: Operation): Operation {
  const steps = operation.steps.map((step) =>
    step.state === 'running' ? { ...step, state: 'unknown' as const, note: step.waitsFor ?? step.note } : step,
  );
  return { ...operation, steps };
}

function NextStep({ operation }: { operation: Operation }) {
  const next = nextStep(operation);
  if (next === null) return null;
  return (
    <p className="no-print pb-4">
      <Link href={next.path} prefetch={false} className="btn btn-accent">
        {next.text}
      </Link>
    </p>
  );
}

/** The newest that is known: what the page came with, what was told since, what was read again after a loss. */
function useOperation(first: Operation): Operation {
  const told = useLive((state) => state.operations[first.id]);
  useReadAgain([told ?? first]);
  return told ?? first;
}

function Sandbox({ cluster }: { cluster: string }) {
  const sandbox = useLive((state) => state.clusters.find((one) => one.name === cluster)?.sandbox ?? false);
  return sandbox ? <SandboxLabel /> : null;
}

function Elapsed({ operation }: { operation: Operation }) {
  const text = useClock((nowMs) => {
    const end = operation.endedAt === null ? nowMs : Date.parse(operation.endedAt);
    return elapsed(end - Date.parse(operation.startedAt));
  });
  return (
    <span className="whitespace-nowrap font-normal text-soft">{operation.endedAt === null ? text : `in ${text}`}</span>
  );
}

/** What happens or has happened, in one sentence; spoken when it changes. */
function Summary({ operation, unknown }: { operation: Operation; unknown: boolean }) {
  const text = unknown ? unknownText : operation.summary;
  return (
    <div aria-live="polite">
      {text !== null && <p className={clsx('border-t border-line py-3', !unknown && 'text-lg')}>{text}</p>}
    </div>
  );
}

const unknownText =
  'Outcome unknown, still checking: there is no contact with the console. The operation does not need this page; it goes on or is restored without it.';

function CancelAsked({ operation: { cancelAsked } }: { operation: Operation }) {
  if (!cancelAsked) return null;
  return (
    <p className="border-t border-line py-3 text-soft">
      <span className="font-medium text-ink">Cancel asked</span> <Instant at={cancelAsked.at} /> by {cancelAsked.by}
    </p>
  );
}

function Interruptions({ operation }: { operation: Operation }) {
  if (operation.interruptions.length === 0) return null;
  return (
    <ul className="border-t border-line py-2 text-soft">
      {operation.interruptions.map((one) => (
        <li key={one.at} className="py-1">
          <span className="font-medium text-ink">Interrupted</span> <Instant at={one.at} />: {one.text}
        </li>
      ))}
    </ul>
  );
}
