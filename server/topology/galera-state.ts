import type { GaleraState } from '../contract/galera-status.ts';
import type { ServerSnapshot } from '../contract/snapshot.ts';
import type { UpObservation } from './observation.ts';
import { primaryComponents } from './primary-components.ts';

/** A rate over less than this says nothing. */
const LEAST_UPTIME_SECONDS = 30;

/** What a snapshot shows of a node; `before` is the look before it. null where it is none. */
export function galeraState(up: UpObservation | null, before: UpObservation | null): GaleraState | null {
  const facts = up?.facts.galera;
  if (!up || !facts) return null;
  const { status, receiveQueue, sendQueue, certificationFailures, flushLogAtCommit } = facts;
  return {
    ...status,
    receiveQueue,
    sendQueue,
    certificationFailures,
    flushLogAtCommit,
    flowControlPaused: pausedShare(up, before),
    istReachSeconds: istReach(facts),
  };
}

/** Primary components among the nodes whose last look is of now. */
export function componentsOf(servers: readonly ServerSnapshot[]): string[][] {
  return primaryComponents(
    servers.flatMap(({ name, state, galera }) =>
      state === 'up' && galera?.clusterStatus === 'primary' ? [{ name, status: galera }] : [],
    ),
  );
}

function pausedShare(up: UpObservation, before: UpObservation | null): number {
  const now = up.facts.galera?.flowControlPausedNs;
  const then = before?.facts.galera?.flowControlPausedNs;
  if (now === undefined || then === undefined || !before || up.at <= before.at) return 0;
  const share = (now - then) / 1_000_000 / (up.at - before.at);
  return Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;
}

/** How long it takes until what another missed has been pushed out of the cache. */
function istReach(facts: NonNullable<UpObservation['facts']['galera']>): number | null {
  const { cacheBytes, writtenBytes, uptimeSeconds } = facts;
  if (cacheBytes === null || writtenBytes <= 0 || uptimeSeconds < LEAST_UPTIME_SECONDS) return null;
  return Math.round((cacheBytes * uptimeSeconds) / writtenBytes);
}
