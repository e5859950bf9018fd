import type { Check } from '../../contract/takeover.ts';
import type { Situation } from '../classify.ts';
import type { PlanInput } from '../plan-input.ts';
import { grants, lockFree, replicationAccount } from './access.ts';
import { backupAge, events, readOnlyPersisted, serviceRunning } from './aftermath.ts';
import { replicaAhead, replicasFollowPrimary, replicasReachable, replicaWritable, twoPrimaries } from './cluster.ts';
import type { CheckOf } from './finding.ts';
import { errantTransactions, xaPrepared } from './history.ts';
import { serverIdUnique, versionNotOlder } from './identity.ts';
import { binlogCoversReplica, gtidStrictMode, targetLogBin, targetLogSlaveUpdates } from './logging.ts';
import { lockHolders, longWrites, primaryAlive, semiSync, staysWritable, unfenced } from './old-primary.ts';
import {
  multiSource,
  receivedAtRisk,
  targetDelay,
  targetErrors,
  targetFilters,
  targetIoThread,
  targetLag,
  targetReplicates,
  targetSqlThread,
  targetUsesGtid,
} from './replication.ts';
import { ruleOf } from './table.ts';
import { operationUnfinished, targetCandidate, targetFresh, targetNotPrimary, targetReachable } from './target.ts';

/** In the order in which a person reads them. */
const all: readonly CheckOf[] = [
  operationUnfinished,
  targetReachable,
  targetFresh,
  targetNotPrimary,
  targetCandidate,
  twoPrimaries,
  primaryAlive,
  unfenced,
  staysWritable,
  targetReplicates,
  targetUsesGtid,
  targetSqlThread,
  targetIoThread,
  targetErrors,
  targetLag,
  targetDelay,
  targetFilters,
  receivedAtRisk,
  errantTransactions,
  replicaAhead,
  replicasFollowPrimary,
  replicasReachable,
  replicaWritable,
  binlogCoversReplica,
  multiSource,
  targetLogBin,
  targetLogSlaveUpdates,
  gtidStrictMode,
  serverIdUnique,
  versionNotOlder,
  xaPrepared,
  longWrites,
  lockHolders,
  semiSync,
  lockFree,
  grants,
  replicationAccount,
  events,
  serviceRunning,
  readOnlyPersisted,
  backupAge,
];

/** Every check of that takeover with its level: the same list for the page, the API's 422 and the command line. */
export function runChecks(input: PlanInput, situation: Situation): Check[] {
  return all
    .flatMap((check) => check(input, situation))
    .flatMap(({ code, ok, server, text, fix }): Check[] => {
      const rule = ruleOf(code);
      const severity = rule.level[situation.kind];
      if (ok) return [{ code, level: 'pass', server, text, fix: null, acceptable: false }];
      if (!severity) return [];
      return [{ code, level: severity, server, text, fix, acceptable: severity === 'block' && rule.acceptable }];
    });
}
