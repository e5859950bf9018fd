import { countTransactions, formatGtidList, formatRanges, furthest } from '../../mariadb/gtid.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { ownPositions } from './own-positions.ts';

/** Makes sure that everything the server has the primary has too. */
export function compare(server: string): Step<TakeoverContext> {
  return {
    id: 'compare',
    name: 'look',
    server,
    deadlineMs: 10_000,
    async run(context, act) {
      const { target, cluster } = context.task;
      const own = await ownPositions(context, act, server);
      if ('failed' in own) return failed(own.failed);
      if (own.extra.length > 0) {
        for (const left of handsOf.own(cluster, server, target)) act.followUp(left);
        const count = countTransactions(own.extra);
        return failed(
          `${server} has ${count} ${count === 1 ? 'transaction' : 'transactions'} of its own: ${formatRanges(own.extra)}`,
        );
      }
      context.seal = furthest(own.binlog, own.slave);
      await act.record('seal', formatGtidList(context.seal));
      return done(`${target} has everything that ${server} has, up to ${formatGtidList(context.seal)}`);
    },
  };
}
