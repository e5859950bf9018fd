import { operation, type Operation } from '../../contract/operation.ts';
import { cancelAsked } from '../../operations/ask-to-cancel.ts';
import { isObject, recorded, type Entry } from '../../operations/journal.ts';
import type { Resumption } from '../../operations/program.ts';
import { pointPassed, whereEnded } from '../../operations/replay.ts';
import type { OperationRow } from '../../store/store.ts';
import { programOf } from './program.ts';
import { failedMark, round as roundShape, stoppedMark, type Round, type RoundContext } from './task.ts';

/**
 * Decides about a round that a console left: it goes on, and each step looks first, unless it was on its way back already, or
 * about to, since a step had failed or somebody had asked for it.
 */
export function resumption(
  contextOf: (round: Round) => RoundContext,
  row: Pick<OperationRow, 'plan' | 'view'>,
  entries: readonly Entry[],
): Resumption<RoundContext> {
  const context = contextOf(roundShape.parse(JSON.parse(row.plan)));
  for (const node of context.round.order) {
    if (recorded(entries, stoppedMark(node)) === true) context.stopped.add(node);
    const failed = recorded(entries, failedMark(node));
    if (typeof failed === 'string') context.failed.set(node, failed);
  }
  const view = operation.parse(JSON.parse(row.view));
  const back = goesBack(view, entries);
  const follows = back ? 'what was stopped is started again' : 'it goes on, and looks before each step';
  return {
    decision: back ? 'undo' : 'go-on',
    text: `The console ended ${whereEnded(view.steps, entries)}: ${follows}.`,
    program: programOf(context),
  };
}

function goesBack(view: Operation, entries: readonly Entry[]): boolean {
  if (entries.some(({ kind }) => kind === 'undo-intent')) return true;
  // Behind the point of no return a failure has no way back.
  if (pointPassed(view, entries)) return false;
  if (cancelAsked(entries)) return true;
  return entries.some(({ kind, data }) => kind === 'result' && isObject(data) && data['state'] === 'failed');
}
