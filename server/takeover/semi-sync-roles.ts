import {
  semiSyncPrimary,
  semiSyncReplica,
  semiSyncTimeout,
  semiSyncWaitPoint,
  waitWithoutReplica,
} from '../mariadb/semi-sync.ts';
import type { Statement } from '../mariadb/statement.ts';
import type { SemiSyncBefore } from './before.ts';

/**
 * What makes the new primary wait for acknowledgements as the old one did, its replicas being there: `own` is what it was
 * itself, null values a server without semi-sync. The side of a server that had it on already keeps its own numbers.
 */
export function asSemiSyncPrimary(own: SemiSyncBefore | null, old: SemiSyncBefore | null): Statement[] {
  if (own === null) return [];
  if (own.primaryEnabled) return own.waitNoSlave ? [waitWithoutReplica(true)] : [];
  if (!old?.primaryEnabled) return [];
  return [
    ...(own.timeoutMs === old.timeoutMs ? [] : [semiSyncTimeout(old.timeoutMs)]),
    ...(own.waitPoint === old.waitPoint || old.waitPoint === '' ? [] : [semiSyncWaitPoint(old.waitPoint)]),
    ...(own.waitNoSlave === old.waitNoSlave ? [] : [waitWithoutReplica(old.waitNoSlave)]),
    semiSyncPrimary(true),
    ...(own.replicaEnabled && !old.replicaEnabled ? [semiSyncReplica(false)] : []),
  ];
}

/**
 * What makes a former primary acknowledge, before its IO thread starts. Its primary's side goes off: with it on, the first
 * transaction that it applies would wait for a replica of its own.
 */
export function asSemiSyncReplica(own: SemiSyncBefore | null): Statement[] {
  if (!own?.primaryEnabled) return [];
  return [semiSyncPrimary(false), ...(own.replicaEnabled ? [] : [semiSyncReplica(true)])];
}
