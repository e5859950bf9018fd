import { countTransactions, extraTransactions, formatRanges, type GtidList } from '../mariadb/gtid.ts';

/** All that a server holds: gtid_binlog_state, and gtid_slave_pos for what a first copy brought. */
export interface ServerState {
  readonly binlogState: GtidList;
  readonly slavePos: GtidList;
}

/** Transactions that only the old primary has, now that it is back. */
export interface LostTransactions {
  readonly count: number;
  /** "0-1-13…17"; "" for none. */
  readonly ranges: string;
}

/** What a failover has lost: exact, since the old primary's own binary log says so. Read the old primary first. */
export function lostTransactions(oldPrimary: ServerState, newPrimary: ServerState): LostTransactions {
  const has = [...newPrimary.binlogState, ...newPrimary.slavePos];
  const extra = extraTransactions(oldPrimary.binlogState, has, oldPrimary.slavePos);
  return { count: countTransactions(extra), ranges: formatRanges(extra) };
}

/** The sentence for the report. */
export function returnedText(oldPrimary: string, newPrimary: string, { count, ranges }: LostTransactions): string {
  if (count === 0) return `${oldPrimary} is back and has nothing that ${newPrimary} lacks: nothing was lost`;
  const [has, that] = count === 1 ? ['1 transaction', 'it was lost'] : [`${count} transactions`, 'they were lost'];
  return `${oldPrimary} is back: it has ${has} that nobody else has (${ranges}), ${that}`;
}
