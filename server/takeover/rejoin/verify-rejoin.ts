import { setTimeout as delay } from 'node:timers/promises';
import { readPositions } from '../../mariadb/drain.ts';
import { gtidList, reaches, transactionsBehind } from '../../mariadb/gtid.ts';
import { flag, text } from '../../mariadb/row.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import { look, type TakeoverContext } from '../context.ts';
import { followingStatus } from '../following.ts';
import { handsOf } from '../hands.ts';

/** A server that was away for long takes hours to be level: that is no failure, and the page shows its lag. */
const CATCH_UP_MS = 10_000;
const PAUSE_MS = 50;

/** Observed, not assumed: read-only, both threads running, and at the position that the primary has now, or on its way. */
export function verifyRejoin(server: string): Step<TakeoverContext> {
  return {
    id: 'verify',
    name: 'verify',
    server,
    deadlineMs: 20_000,
    async run(context, act) {
      const { target } = context.task;
      const session = context.links.get(server, 'lock');
      const [there = {}] = await look(act, context.links.get(target, 'side'), readPositions());
      const wanted = gtidList(text(there, 'binlog'));
      const deadline = act.deadline.within(CATCH_UP_MS);
      for (;;) {
        const [row = {}] = await look(act, session, readPositions());
        if (flag(row, 'read_only') !== true) return failed(`${server} takes writes`);
        const status = await followingStatus(context, act, session, server);
        if (status.kind === 'error') return failed(`${server} stopped: ${status.text}`);
        const stands = gtidList(text(row, 'current'));
        if (status.kind === 'following' && reaches(stands, wanted))
          return done(`${server} is read-only, follows ${target} and has all that it had`);
        const behind = transactionsBehind(wanted, stands);
        if (deadline.remainingMs() === 0) {
          if (status.kind !== 'following') return failed(status.text);
          return done(`${server} is read-only and follows ${target}; ${behind} transactions are still to be applied`);
        }
        act.waitsFor(`${server} to apply ${behind} transactions`);
        await delay(PAUSE_MS);
      }
    },
    hands({ task: { cluster, target } }) {
      const whether = `Look whether ${server} follows ${target}, which was not seen: if it does not, rejoin it again.`;
      return [handsOf.rejoin(cluster, server, whether)];
    },
  };
}

/** The last line of the page, to copy into a ticket. */
export function rejoinReport(server: string): Step<TakeoverContext> {
  return {
    id: 'report',
    name: 'report',
    server,
    deadlineMs: 5_000,
    run: ({ task }) =>
      Promise.resolve(done(`${server} is a replica of ${task.target} again; nothing of its was given up`)),
  };
}
