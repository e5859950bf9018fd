import { setTimeout as delay } from 'node:timers/promises';
import { readPositions } from '../../mariadb/drain.ts';
import {
  countTransactions,
  extraTransactions,
  formatGtidList,
  formatRanges,
  furthest,
  gtidList,
  type GtidList,
} from '../../mariadb/gtid.ts';
import { flag, text } from '../../mariadb/row.ts';
import type { Session } from '../../mariadb/session.ts';
import { done, failed, type Act, type Step } from '../../operations/step.ts';
import { look, type TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';

/** A commit that was under way when the sessions were ended is through by then. */
const STILL_MS = 100;

/** Reads where the server stands, twice, and then the primary: everything that the server has the primary has too. */
export function compare(server: string): Step<TakeoverContext> {
  return {
    id: 'compare',
    name: 'look',
    server,
    deadlineMs: 10_000,
    async run(context, act) {
      const { target, cluster } = context.task;
      const session = context.links.get(server, 'lock');
      const first = await positions(act, session);
      await delay(STILL_MS);
      const own = await positions(act, session);
      if (!own.readOnly) return failed(`somebody has set read_only=0 on ${server}`);
      const follows = context.task.formerSource;
      if (!follows && formatGtidList(first.state) !== formatGtidList(own.state))
        return failed(`${server} still writes`);
      const primary = await positions(act, context.links.get(target, 'side'));
      const extra = extraTransactions(own.state, [...primary.state, ...primary.slave], own.slave);
      if (extra.length > 0) {
        for (const left of handsOf.own(cluster, server, target)) act.followUp(left);
        const count = countTransactions(extra);
        return failed(
          `${server} has ${count} ${count === 1 ? 'transaction' : 'transactions'} of its own: ${formatRanges(extra)}`,
        );
      }
      context.seal = furthest(own.binlog, own.slave);
      await act.record('seal', formatGtidList(context.seal));
      return done(`${target} has everything that ${server} has, up to ${formatGtidList(context.seal)}`);
    },
  };
}

interface Positions {
  readonly state: GtidList;
  readonly slave: GtidList;
  readonly binlog: GtidList;
  readonly readOnly: boolean;
}

async function positions(act: Act, session: Session): Promise<Positions> {
  const [row = {}] = await look(act, session, readPositions());
  return {
    state: gtidList(text(row, 'state')),
    slave: gtidList(text(row, 'slave')),
    binlog: gtidList(text(row, 'binlog')),
    readOnly: flag(row, 'read_only') ?? false,
  };
}
