import { extraTransactions, type GtidList, type GtidRange } from '../mariadb/gtid.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import type { UpObservation } from './observation.ts';

/**
 * Transactions that `server` has and the primary has not; null where it can't be told: a server without a binary log, or
 * the primary was read first. The server's state must be read before the primary's: the other way round every replica of a busy primary
 * looks errant (measured 30 of 30).
 */
export function errantTransactions(server: UpObservation, primary: UpObservation): GtidRange[] | null {
  if (!server.facts.logBin || !primary.facts.logBin || server.at > primary.at - primary.roundTripMs) return null;
  return extraTransactions(server.facts.binlogState, stateOf(primary.facts), server.facts.slavePos);
}

/** All that a server holds, per domain and server: what a first copy brought is in gtid_slave_pos and not in its binlog. */
export function stateOf(facts: ServerFacts): GtidList {
  return [...facts.binlogState, ...facts.slavePos];
}
