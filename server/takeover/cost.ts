import type { Cost } from '../contract/takeover.ts';
import { transactionsBehind } from '../mariadb/gtid.ts';
import type { Situation } from './classify.ts';
import type { PlanInput } from './plan-input.ts';

/** Before anything was measured here: the SQL of a takeover takes milliseconds (measured on 10.11), a page says "about". */
const FIRST_OUTAGE_SECONDS = 0.05;
const FIRST_TOTAL_SECONDS = 2;
/** What a replica applies a second when nothing is known of it; a saturated one applies some 1,400 (measured on 10.11). */
const APPLIED_PER_SECOND = 1_000;

/** What the takeover will cost: transactions and time, and how well that is known. */
export function costOf(input: PlanInput, situation: Situation): Cost {
  const { kind } = situation;
  const total = Object.values(input.past.stepMs).reduce((sum, ms) => sum + ms, 0) / 1000;
  const totalSeconds = total > 0 ? total : FIRST_TOTAL_SECONDS;
  if (kind === 'detach') {
    return { transactionsLost: 0, lossKnown: 'exact', lossKnownAsOf: null, writeOutageSeconds: 0, totalSeconds };
  }
  const drainSeconds = backlog(situation) / APPLIED_PER_SECOND;
  if (kind === 'switchover') {
    const past = input.past.writeOutageMs === null ? FIRST_OUTAGE_SECONDS : input.past.writeOutageMs / 1000;
    const writeOutageSeconds = rounded(past + drainSeconds);
    return { transactionsLost: 0, lossKnown: 'exact', lossKnownAsOf: asOf(input.at), writeOutageSeconds, totalSeconds };
  }
  const { transactionsLost, at } = failoverLoss(input, situation);
  return {
    transactionsLost,
    lossKnown: transactionsLost === null ? 'unknown' : 'at-least',
    lossKnownAsOf: at === null ? null : asOf(at),
    // Writes are stopped already: what is left is the way to the opening.
    writeOutageSeconds: rounded(FIRST_OUTAGE_SECONDS + drainSeconds),
    totalSeconds,
  };
}

/** Transactions of the primary's last known position that the target has not even received. */
function failoverLoss(
  input: PlanInput,
  { connection, oldPrimary, target }: Situation,
): { transactionsLost: number | null; at: number | null } {
  const last = input.lastPrimary;
  if (!last || last.name !== oldPrimary?.name || !connection) return { transactionsLost: null, at: null };
  // What it has applied counts as received: the received position is empty until the IO thread has connected once.
  const has = [...connection.receivedGtid, ...(target.preflight?.current ?? connection.appliedGtid)];
  return { transactionsLost: transactionsBehind(last.position, has), at: last.at };
}

function backlog({ target, connection, kind }: Situation): number {
  if (!connection) return 0;
  if (kind === 'failover')
    return transactionsBehind(connection.receivedGtid, target.preflight?.current ?? connection.appliedGtid);
  return target.snapshot.replication.find((one) => one.connection === connection.connection)?.transactionsBehind ?? 0;
}

const asOf = (ms: number): string => new Date(ms).toISOString();
const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
