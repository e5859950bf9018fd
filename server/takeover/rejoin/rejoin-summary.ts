import type { Outcome } from '../../contract/operation.ts';
import type { Ending } from '../../operations/program.ts';
import type { TakeoverContext } from '../context.ts';

/** One sentence: what the rejoin came to, and the state the server is in now. */
export function rejoinSummary(context: TakeoverContext, { outcome, failure, view }: Ending): string {
  const { task } = context;
  const server = task.oldPrimary ?? 'the server';
  const follows = task.formerSource ? `follows ${task.formerSource.host}:${task.formerSource.port}` : 'follows nobody';
  const held = view.steps.some(({ id, state }) => id === 'hold' && state !== 'not-run' && state !== 'pending');
  const data = task.kind === 'reseed' ? `${server} has its own data, ` : `${server} `;
  const before = `${data}${follows} as before${held ? ' and is kept read-only' : ''}`;
  const why = failure === null ? 'It was interrupted.' : `${stepName(view, failure.step)} failed: ${failure.error}.`;
  const success = view.dryRun
    ? `Dry run: ${server} could follow ${task.target}. Nothing was changed.`
    : `${server} follows ${task.target}.${setAsideText(context)}`;
  const texts: Readonly<Record<Outcome, string>> = {
    succeeded: success,
    'succeeded-with-follow-ups': `${success}${view.dryRun ? '' : ' Something is left to do.'}`,
    refused: `Refused: ${failure?.error ?? 'not allowed'}. Nothing was changed.`,
    'cancelled-restored': `Cancelled: ${before}.`,
    'failed-restored': `${why} Restored: ${before}.`,
    'failed-needs-hands': `${why} NOT restored: see what is left to do.`,
    unknown: 'How it ended is not known.',
  };
  return texts[outcome];
}

function setAsideText({ setAside, kept }: TakeoverContext): string {
  const own =
    setAside === null
      ? ''
      : ` ${setAside.count === 1 ? 'Its own transaction is' : `Its ${setAside.count} own transactions are`} kept as SQL.`;
  return `${own}${kept === null ? '' : ` Its former data are kept in ${kept.directory}.`}`;
}

function stepName(view: Ending['view'], id: string): string {
  const name = view.steps.find((step) => step.id === id)?.name ?? id;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
