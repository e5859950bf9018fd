import { readPositions } from '../../mariadb/drain.ts';
import { stopWrites } from '../../mariadb/freeze.ts';
import { countTransactions, extraTransactions, formatRanges, gtidList, type GtidList } from '../../mariadb/gtid.ts';
import { flag, text } from '../../mariadb/row.ts';
import type { Session } from '../../mariadb/session.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import type { Act } from '../../operations/step.ts';
import { look, perform, type TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';

const CONNECT_MS = 2_000;
const LOCK_WAIT_SECONDS = 3;

/**
 * Exactly one primary: the old one takes no writes, where it can be asked and was not left on purpose. One that started
 * anew meanwhile, from a configuration in which it was the primary, is made read-only again, and what it has taken is
 * named. Answers the server that still takes writes, or null.
 */
export async function stopSecondPrimary(context: TakeoverContext, act: Act): Promise<string | null> {
  const { task } = context;
  const old = task.oldPrimary;
  if (old === null || task.kind === 'detach') return null;
  const session = await sessionOf(context, act, old);
  if (!session) return null;
  const [row] = await look(act, session, readPositions());
  if (!row || flag(row, 'read_only') !== false) return null;
  try {
    await perform(act, session, stopWrites(LOCK_WAIT_SECONDS));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return old;
  }
  act.followUp(
    handsOf.note(`${old} took writes again after a restart, and was made read-only: see that its next start is.`),
  );
  await nameOwn(context, act, session, old);
  return null;
}

/** A new connection where ours was lost with the server; of a failover only the one that there is: the server was away. */
async function sessionOf({ task, links }: TakeoverContext, act: Act, old: string): Promise<Session | null> {
  const open = links.find(old, 'lock');
  if (open || task.kind !== 'switchover') return open;
  try {
    return await links.open(old, 'lock', Math.min(CONNECT_MS, act.deadline.remainingMs()));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return null;
  }
}

/** First the old primary, then the new one: the other way round its newest would count as the old one's own. */
async function nameOwn(context: TakeoverContext, act: Act, session: Session, old: string): Promise<void> {
  const { cluster, target } = context.task;
  const has = await positions(act, session);
  const primary = await positions(act, context.links.get(target, 'side'));
  const extra = extraTransactions(has.state, [...primary.state, ...primary.slave], has.slave);
  if (extra.length === 0) return;
  const count = countTransactions(extra);
  const own = `${count} ${count === 1 ? 'transaction' : 'transactions'} of its own`;
  act.followUp(handsOf.note(`${old} has ${own}: ${formatRanges(extra)}.`));
  for (const left of handsOf.own(cluster, old, target)) act.followUp(left);
}

async function positions(act: Act, session: Session): Promise<{ state: GtidList; slave: GtidList }> {
  const [row = {}] = await look(act, session, readPositions());
  return { state: gtidList(text(row, 'state')), slave: gtidList(text(row, 'slave')) };
}
