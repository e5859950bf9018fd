import type { ReplicationConnection } from '../contract/snapshot.ts';
import { formatGtidList, transactionsBehind, type GtidList } from '../mariadb/gtid.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import { newestOf, type LagHistory } from './lag-history.ts';
import type { UpObservation } from './observation.ts';
import { addressText } from '../contract/listen-address.ts';

/** What a connection's lag is measured against. */
export interface LagReference {
  /** The source leads to the cluster's primary, so that its positions say something about this connection. */
  readonly followsPrimary: boolean;
  readonly history: LagHistory;
  /** The primary's newest position; null where it is not known or too old to count against. */
  readonly primaryPosition: GtidList | null;
  readonly pollMs: number;
}

/** One replication connection in the contract's words. `silent`: seconds for which the source was not heard. */
export function replicationConnection(
  status: ReplicaStatus,
  observation: UpObservation,
  primary: string | null,
  silent: number | null,
  reference: LagReference,
): ReplicationConnection {
  const applied = appliedPosition(status, observation.facts);
  const ignored = ignoredDomains(status);
  return {
    connection: status.connection,
    primary,
    source: addressText(status),
    ioThread: status.ioThread,
    sqlThread: status.sqlThread,
    ...lagOf(status, observation, applied, ignored, silent, reference),
    transactionsBehind: behind(reference, applied, ignored),
    transactionsInRelayLog: status.usingGtid === 'no' ? null : transactionsBehind(status.receivedGtid, applied),
    secondsBehindMaster: status.secondsBehindMaster,
    primarySilentSeconds: silent,
    usingGtid: status.usingGtid,
    delaySeconds: status.delaySeconds,
    receivedGtid: formatGtidList(status.receivedGtid),
    lastError: lastError(status),
  };
}

/**
 * The last sequence of each domain that a primary has: its binlog's, and of a domain that is not in it yet what a first
 * copy brought. (gtid_slave_pos of a domain in the binlog may be left from another life.)
 */
export function positionOf({ binlogPos, slavePos }: ServerFacts): GtidList {
  return newestOf(
    binlogPos,
    slavePos.filter((gtid) => !binlogPos.some((own) => own.domain === gtid.domain)),
  );
}

/** With current_pos a server that was a primary has its own transactions behind it as well, and no gtid_slave_pos yet. */
function appliedPosition(status: ReplicaStatus, facts: ServerFacts): GtidList {
  return status.usingGtid === 'current_pos' ? newestOf(facts.slavePos, facts.currentPos) : facts.slavePos;
}

function behind(reference: LagReference, applied: GtidList, ignored: readonly number[]): number | null {
  if (!reference.followsPrimary || !reference.primaryPosition) return null;
  const counted = reference.primaryPosition.filter((gtid) => !ignored.includes(gtid.domain));
  return transactionsBehind(counted, applied);
}

/**
 * The lag and where it comes from. A replica whose SQL thread does not run has none. One that hears nothing (IO thread
 * not running, source silent) is never 0 behind: only a position it has certainly not reached counts.
 */
function lagOf(
  status: ReplicaStatus,
  observation: UpObservation,
  applied: GtidList,
  ignored: readonly number[],
  silent: number | null,
  reference: LagReference,
): Pick<ReplicationConnection, 'lagSeconds' | 'lagSource' | 'lagAtLeast'> {
  const none = { lagSeconds: null, lagSource: null, lagAtLeast: false };
  if (status.sqlThread !== 'running') return none;
  const hears = status.ioThread === 'running' && silent === null;
  if (reference.followsPrimary) {
    const time = { startedAt: observation.at - observation.roundTripMs, at: observation.at };
    const lag = reference.history.lag(applied, time, ignored);
    if (!lag) return none;
    const { atLeastSeconds } = lag;
    const vague = isVague(atLeastSeconds, lag.atMostSeconds, reference.pollMs);
    // 0 is a claim: it takes a replica that hears, a primary that is seen, and a history that knows when.
    if (atLeastSeconds === 0 && !(hears && reference.primaryPosition && !vague)) return none;
    // Tenths, and what is behind at all never rounds down to 0.
    const lagSeconds = atLeastSeconds === 0 ? 0 : Math.max(0.1, Math.round(atLeastSeconds * 10) / 10);
    return { lagSeconds, lagSource: 'position-history', lagAtLeast: vague };
  }
  // A source that is none of ours: MariaDB's own columns, blind where the IO thread hears nothing.
  if (!hears || status.eventTimeLagSeconds === null) return none;
  return { lagSeconds: Math.max(0, status.eventTimeLagSeconds), lagSource: 'event-time', lagAtLeast: false };
}

/** The bounds are farther apart than polling and thinning explain: the console was not watching then. */
function isVague(atLeast: number, atMost: number | null, pollMs: number): boolean {
  return atMost === null || atMost - atLeast > (5 * pollMs) / 1000 + 0.1 * atLeast;
}

function ignoredDomains(status: ReplicaStatus): number[] {
  const prefix = 'Replicate_Ignore_Domain_Ids=';
  const filter = status.filters.find((one) => one.startsWith(prefix));
  return (filter?.slice(prefix.length).match(/\d+/g) ?? []).map(Number);
}

function lastError(status: ReplicaStatus): ReplicationConnection['lastError'] {
  if (status.sqlError) return { thread: 'sql', ...status.sqlError };
  if (status.ioError) return { thread: 'io', ...status.ioError };
  return null;
}
