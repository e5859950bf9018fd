import type { ReplicaStatus } from '../mariadb/replica-status.ts';

/** Since when a replica's connection has shown no sign of its source. Instants are milliseconds of the console's clock. */
export interface Heard {
  /** Everything that moves when the source sends something: heartbeats while it is idle, events otherwise. */
  readonly signs: string;
  readonly at: number;
}

/** What was heard of the source at this reading, given the reading before. */
export function heard(previous: Heard | undefined, status: ReplicaStatus, at: number): Heard {
  const { receivedHeartbeats, readLogFile, readLogPosition, masterServerId } = status;
  const received = status.receivedGtid.map((gtid) => `${gtid.domain}-${gtid.sequence}`).join();
  const signs = [masterServerId, receivedHeartbeats, readLogFile, readLogPosition, received].join('/');

  if (previous?.signs === signs) return previous;
  return { signs, at };
}

/**
 * Seconds of silence, or null while the source is heard. A replica hears it each heartbeat period, so silence begins
 * after three of them; the console after three polls. While both hear nothing it counts from what was heard last.
 */
export function silentSeconds(silence: {
  readonly now: number;
  readonly heard: Heard | undefined;
  readonly status: ReplicaStatus;
  readonly pollMs: number;
  /** When the console last read the source itself, and whether its newest look succeeded; null where it never did. */
  readonly source: { readonly at: number; readonly reachable: boolean } | null;
}): number | null {
  const { now, status, pollMs, source } = silence;
  const heardAt = silence.heard?.at ?? now;
  const consoleHears = source?.reachable === true;
  if (status.ioThread === 'running') {
    // Without heartbeats an idle source says nothing: then silence proves nothing.
    if (status.heartbeatPeriodSeconds === 0 && consoleHears) return null;
    if (now - heardAt <= 3 * Math.max(status.heartbeatPeriodSeconds * 1000, pollMs)) return null;
  } else if (consoleHears) {
    return null;
  }
  const last = source && !source.reachable ? Math.max(heardAt, source.at) : heardAt;
  return now - last <= 3 * pollMs ? null : (now - last) / 1000;
}
