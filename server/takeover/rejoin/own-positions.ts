import { setTimeout as delay } from 'node:timers/promises';
import { readPositions } from '../../mariadb/drain.ts';
import { extraTransactions, formatGtidList, gtidList, type GtidList, type GtidRange } from '../../mariadb/gtid.ts';
import { flag, text } from '../../mariadb/row.ts';
import type { Session } from '../../mariadb/session.ts';
import type { Act } from '../../operations/step.ts';
import { look, type TakeoverContext } from '../context.ts';

/** A commit that was under way when the sessions were ended is through by then. */
const STILL_MS = 100;

/** Where the server stands for good, and what of it the primary has not. */
export interface OwnPositions {
  readonly slave: GtidList;
  readonly binlog: GtidList;
  readonly extra: readonly GtidRange[];
}

/**
 * Reads where the server stands, twice, and then the primary: read the other way round, its newest transactions would count
 * as the server's own. Answers why not where the server does not stand still. Rejects with SqlError.
 */
export async function ownPositions(
  context: TakeoverContext,
  act: Act,
  server: string,
): Promise<OwnPositions | { readonly failed: string }> {
  const { target, formerSource } = context.task;
  const session = context.links.get(server, 'lock');
  const first = await positions(act, session);
  await delay(STILL_MS);
  const own = await positions(act, session);
  if (!own.readOnly) return { failed: `somebody has set read_only=0 on ${server}` };
  if (!formerSource && formatGtidList(first.state) !== formatGtidList(own.state))
    return { failed: `${server} still writes` };
  const primary = await positions(act, context.links.get(target, 'side'));
  const { slave, binlog } = own;
  return { slave, binlog, extra: extraTransactions(own.state, [...primary.state, ...primary.slave], slave) };
}

/** A span as agents are asked for it: "0-1-13:17". */
export function spanText({ domain, server, from, to }: GtidRange): string {
  return `${domain}-${server}-${from}:${to}`;
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
