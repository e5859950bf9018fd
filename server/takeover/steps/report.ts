import { done, type Step } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';

/** Says what it came to: the last line of the page, to copy into a ticket. */
export function report(target: string): Step<TakeoverContext> {
  return {
    id: 'report',
    name: 'report',
    server: target,
    deadlineMs: 5_000,
    async run(context) {
      const { task, outageMs } = context;
      const stopped = outageMs === null ? '' : `, writes were stopped for ${Math.round(outageMs)} ms`;
      if (task.kind === 'switchover') return done(`${keptText(context)}${stopped}`);
      if (task.kind === 'failover') return done(lossText(task.oldPrimary, task.transactionsLost));
      return done(`${target} lives on its own; ${task.oldPrimary ?? 'its primary'} was not touched`);
    },
  };
}

/** What a switchover has kept: everything, or all but what the old primary took from somebody who ignores read_only. */
export function keptText({ task, ownOfOld }: Pick<TakeoverContext, 'task' | 'ownOfOld'>): string {
  return ownOfOld === null
    ? 'nothing was lost'
    : `${task.oldPrimary ?? 'the old primary'} has ${ownOfOld}: ${task.target} lacks them`;
}

/** What a failover has lost, as far as it is known while the old primary is away. */
export function lossText(oldPrimary: string | null, transactionsLost: number | null): string {
  const later = `the exact number is known when ${oldPrimary ?? 'the old primary'} comes back`;
  if (transactionsLost === null) return `how many transactions were lost is not known; ${later}`;
  if (transactionsLost === 0) return `no lost transaction is known; ${later}`;
  return `at least ${transactionsLost} transactions are lost; ${later}`;
}
