import { formatRanges } from '../../mariadb/gtid.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import { byteText } from './copy-progress.ts';
import { ownPositions, spanText } from './own-positions.ts';

/** Finding the first of the transactions may mean to read through every binary log. */
const EXPORT_MS = 3_600_000;

/** What only the server has is kept as SQL by its agent, before anything becomes of its data. Kept whatever comes of it. */
export function exportOwn(server: string): Step<TakeoverContext> {
  return {
    id: 'export',
    name: 'export',
    server,
    deadlineMs: EXPORT_MS,
    async run(context, act) {
      const own = await ownPositions(context, act, server);
      if ('failed' in own) return failed(own.failed);
      if (own.extra.length === 0) return done(`${server} has nothing that ${context.task.target} lacks`);
      const agent = context.parts.agent(server);
      if (!agent) return failed(`${server} has no agent that could export its transactions`);
      act.waitsFor(`its agent to read ${formatRanges(own.extra)} from the binary logs`);
      const ranges = own.extra.map(spanText);
      const kept = await agent.keepTransactions(ranges, act.deadline.remainingMs());
      act.waitsFor(null);
      context.setAside = { ranges, count: kept.count, file: kept.name };
      await act.record('set-aside', { ...context.setAside });
      return done(
        `${kept.count} ${kept.count === 1 ? 'transaction is' : 'transactions are'} kept as SQL beside its agent: ${kept.name}, ${byteText(kept.bytes)}, SHA-256 ${kept.sha256}`,
      );
    },
    undo: () => Promise.resolve({ kind: 'nothing' }),
  };
}
