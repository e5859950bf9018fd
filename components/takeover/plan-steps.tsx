import type { PlannedStep } from '../../server/contract/takeover.ts';
import { ranText } from '../operation/statement-text.ts';

/** The steps in their order, with the place after which nothing is undone any more. */
export function PlanSteps({ steps }: { steps: readonly PlannedStep[] }) {
  return (
    <section aria-labelledby="steps-heading" className="mt-10">
      <h2 id="steps-heading" className="mb-2 text-sm font-medium text-faint">
        Steps
      </h2>
      <ol className="flex flex-wrap items-center gap-y-1.5">
        {steps.map((step, place) => (
          <li key={step.id} className="inline-flex items-center">
            {step.pointOfNoReturn && <PointOfNoReturn />}
            <span
              title={`${step.server}: ${step.text}`}
              className={step.willRun ? undefined : 'text-faint line-through'}
            >
              {step.name}
              {!step.willRun && <span className="sr-only"> (not needed)</span>}
            </span>
            {place < steps.length - 1 && (
              <span aria-hidden="true" className="px-2 text-faint">
                {steps[place + 1]?.pointOfNoReturn ? '' : '·'}
              </span>
            )}
          </li>
        ))}
      </ol>
      <details className="mt-2">
        <summary className="target link text-sm">show what each does, and its SQL ›</summary>
        <ol className="mt-1">
          {steps.map((step) => (
            <li
              key={step.id}
              className="grid gap-x-6 gap-y-1 border-t border-line py-2 md:grid-cols-[12rem_12rem_minmax(0,1fr)]"
            >
              <span className="font-medium">
                {step.name}
                {step.pointOfNoReturn && (
                  <span className="block text-sm font-normal text-soft">point of no return</span>
                )}
              </span>
              <span className="text-sm text-soft">{step.server}</span>
              <div className="min-w-0 text-sm">
                <p className="text-soft">{step.willRun ? step.text : `${step.text} Not needed here.`}</p>
                {step.statements.length > 0 && <pre className="sql mt-1.5">{ranText(step)}</pre>}
              </div>
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}

function PointOfNoReturn() {
  return (
    <span className="mr-3 inline-flex items-center gap-2 whitespace-nowrap border-l-[3px] border-ink pl-2 text-xs text-soft">
      point of no return
      <span aria-hidden="true">›</span>
    </span>
  );
}
