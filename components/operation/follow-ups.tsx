'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ask, type Refusal } from '../../server/contract/client.ts';
import type { FollowUp, Operation } from '../../server/contract/operation.ts';
import { useWhyNot } from '../live/use-live.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Mark } from '../ui/mark.tsx';
import { operationPath } from '../ui/paths.ts';
import { followUpLabel, followUpPath, reviewOf } from './follow-up-label.ts';

/** What is left to do after an operation, each with the button or the command that does it. */
export function FollowUps({ operation }: { operation: Operation }) {
  if (operation.followUps.length === 0) return null;
  const now = operation.outcome === 'failed-needs-hands';
  return (
    <section aria-labelledby="follow-ups-heading" className="mb-8 mt-2">
      <h2 id="follow-ups-heading">{now ? 'To do now' : 'Left to do'}</h2>
      <ul className="mt-3">
        {operation.followUps.map((one) => (
          <Line key={`${one.text} ${one.command ?? ''}`} followUp={one} level={now ? 'critical' : 'caution'} />
        ))}
      </ul>
    </section>
  );
}

function Line({ followUp, level }: { followUp: FollowUp; level: 'critical' | 'caution' }) {
  return (
    <li className="flex items-baseline gap-3 border-t border-line py-3">
      <Mark level={level} className="translate-y-px" />
      {/* On a phone the button stands below what it is for. */}
      <div className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-6 gap-y-2">
        <div className="min-w-0 grow basis-80 max-sm:basis-full">
          <p className="wrap-anywhere">{followUp.text}</p>
          {followUp.command !== null && (
            <p className="mt-0.5 flex items-center gap-1 text-sm">
              <code className="mono wrap-anywhere text-soft">{followUp.command}</code>
              <CopyButton text={followUp.command} label="Copy the command" />
            </p>
          )}
        </div>
        <Do followUp={followUp} />
      </div>
    </li>
  );
}

function Do({ followUp }: { followUp: FollowUp }) {
  const router = useRouter();
  const whyNot = useWhyNot('operate');
  const [state, setState] = useState<'idle' | 'busy' | 'done' | Refusal>('idle');
  const label = followUpLabel(followUp);
  const path = followUp.path === null ? null : followUpPath(followUp.path);
  if (label === null || path === null) return null;
  if (followUp.method === 'GET') {
    return (
      <a href={`/api/v1${path}`} download className="btn btn-small no-print">
        <Icon name="download" /> {label}
      </a>
    );
  }
  const review = reviewOf(followUp);
  if (review !== null) {
    return (
      <Link href={review} prefetch={false} className="btn btn-small btn-accent no-print">
        {label}
      </Link>
    );
  }
  const act = async () => {
    setState('busy');
    const answer = await ask<{ operationId?: string }>(path, { method: 'POST', body: followUp.body ?? {} });
    if (answer.kind !== 'ok') return setState(answer);
    setState('done');
    const { operationId } = answer.value;
    if (operationId !== undefined) router.push(operationPath(operationId));
  };
  return (
    <div className="no-print flex max-w-72 flex-col gap-1 text-sm sm:items-end sm:text-right">
      <button
        type="button"
        className="btn btn-small btn-accent"
        disabled={whyNot !== null || state === 'busy' || state === 'done'}
        onClick={() => void act()}
      >
        {state === 'busy' ? 'Asking…' : state === 'done' ? 'Done' : label}
      </button>
      {whyNot !== null && <span className="text-soft">{whyNot}</span>}
      {typeof state === 'object' && (
        <span role="alert" className="text-serious">
          {state.message} {state.kind === 'refused' && state.next}
        </span>
      )}
    </div>
  );
}
