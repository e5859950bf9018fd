'use client';

import { clsx } from 'clsx';
import { Fragment } from 'react';
import type { Operation, OperationStep } from '../../server/contract/operation.ts';
import { elapsed } from '../format/duration.ts';
import { useClock } from '../live/use-live.ts';
import { isHook, ranText } from './statement-text.ts';
import { StepMark } from './step-mark.tsx';
import { stepMs } from './step-time.ts';
import { stepWord } from './step-words.ts';

/** Every step, what it waits for and what it ran, with the line after which nothing is undone any more. */
export function StepList({ operation }: { operation: Operation }) {
  return (
    <section aria-labelledby="steps-heading">
      <h2 id="steps-heading" className="sr-only">
        Steps
      </h2>
      <ol>
        {operation.steps.map((step) => (
          <Fragment key={step.id}>
            {step.pointOfNoReturn && <PointOfNoReturn operation={operation} />}
            <Step step={step} />
          </Fragment>
        ))}
      </ol>
    </section>
  );
}

function Step({ step }: { step: OperationStep }) {
  const quiet = step.state === 'pending' || step.state === 'not-run' || step.state === 'skipped';
  const ran = step.statements.length > 0 || step.log !== null;
  return (
    <li
      className={clsx(
        'py-2 print:break-inside-avoid print:py-1',
        step.state === 'running'
          ? '-mx-3 rounded-md bg-accent-soft px-3'
          : !step.pointOfNoReturn && 'border-t border-line',
      )}
    >
      <div className="step">
        <span className="flex items-baseline gap-3">
          <StepMark state={step.state} className="translate-y-px" />
          <span className={clsx('font-medium', quiet && 'text-soft')}>{step.name}</span>
        </span>
        <span className="text-sm text-soft">{step.server}</span>
        <span className="text-sm text-soft">
          <StepTime step={step} />
        </span>
        {/* What it ran stands at the end of the line, and unfolds below it. */}
        <div
          className={clsx(
            'grid min-w-0 gap-x-4 break-words text-sm print:block',
            // On a phone the longest of its words would leave no room for what is said.
            unfoldText(step).length > 3 ? 'sm:grid-cols-[minmax(0,1fr)_auto]' : 'grid-cols-[minmax(0,1fr)_auto]',
            step.error === null ? 'text-soft' : 'text-ink',
          )}
        >
          <span>
            <StepSays step={step} />
          </span>
          {ran && <Unfold step={step} />}
        </div>
      </div>
    </li>
  );
}

function StepTime({ step }: { step: OperationStep }) {
  const text = useClock((nowMs) => {
    const ms = stepMs(step, nowMs);
    return ms === null ? '' : elapsed(ms);
  });
  return <>{text}</>;
}

/** The state in words, and what there is to say of it. */
function StepSays({ step }: { step: OperationStep }) {
  const word = stepWord[step.state];
  const more = step.error ?? (step.state === 'running' ? (step.waitsFor ?? step.note) : step.note);
  if (step.state === 'done' && more !== null)
    return (
      <>
        <span className="sr-only">{word}: </span>
        {more}
      </>
    );
  return (
    <>
      <span className={clsx(step.state === 'failed' && 'font-medium text-critical')}>{word}</span>
      {more !== null && <>: {more}</>}
    </>
  );
}

function Unfold({ step }: { step: OperationStep }) {
  return (
    <details className="unfold min-w-0 open:col-span-full">
      <summary className="no-print target link -my-1 self-start">
        {unfoldText(step)}
        <span className="sr-only"> of {step.name}</span> ›
      </summary>
      {step.statements.length > 0 && <pre className="sql mt-1">{ranText(step)}</pre>}
      {step.log !== null && (
        <>
          {step.statements.length > 0 && <p className="mt-2 text-faint">Log</p>}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
          <section aria-label={`Log of ${step.name}`} tabIndex={0} className="sql mt-1 max-h-80 overflow-y-auto">
            {step.log}
          </section>
        </>
      )}
    </details>
  );
}

function unfoldText({ id, statements, log }: OperationStep): string {
  const ran = isHook(id) ? 'Command' : 'SQL';
  if (log === null) return ran;
  return statements.length === 0 ? 'Log' : `${ran} and log`;
}

function PointOfNoReturn({ operation }: { operation: Operation }) {
  const text = operation.pointOfNoReturnPassed
    ? 'passed: from here it only goes forward'
    : operation.outcome === null
      ? 'before it everything can be restored; after it, it only goes forward'
      : 'not passed';
  return (
    <li className="flex items-center gap-4 py-1 text-sm">
      <span aria-hidden="true" className="h-[3px] min-w-8 flex-1 bg-ink" />
      <span className="text-center">
        <strong className="font-semibold">point of no return</strong> <span className="text-soft">· {text}</span>
      </span>
      <span aria-hidden="true" className="h-[3px] min-w-8 flex-1 bg-ink" />
    </li>
  );
}
