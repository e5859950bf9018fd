import type { Check } from '../../contract/takeover.ts';
import type { Situation } from '../classify.ts';
import type { PlanInput } from '../plan-input.ts';
import { grants, lockFree, replicationAccount } from './access.ts';
import { backupAge, events, readOnlyPersisted, serviceRunning } from './aftermath.ts';
import { replicaAhead, replicasFollowPrimary, replicasReachable, replicaWritable, twoPrimaries } from './cluster.ts';
import type { CheckOf } from './finding.ts';
import { followersNotOlder } from './followers.ts';
import { hooksRunnable } from './hooks.ts';
import { errantTransactions, xaPrepared } from './history.ts';
import { serverIdUnique, versionNotOlder } from './identity.ts';
import { binlogCoversReplica, gtidStrictMode, targetLogBin, targetLogSlaveUpdates } from './logging.ts';
import { diskSpace, readOnlyConfigured } from './hosts.ts';
import { longWrites, primaryAlive, semiSync, staysWritable, unfenced } from './old-primary.ts';
import {
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
import { lockHolders, otherTool } from './sessions.ts';
import { multiSource, sourcesStay } from './sources.ts';
import { ruleOf } from './table.ts';
import {
  operationUnfinished,
  primaryReachable,
  targetCandidate,
  targetFresh,
  targetMaintenance,
  targetNotPrimary,
  targetReachable,
  targetTcp,
} from './target.ts';

/** In the order in which a person reads them. */
const all: readonly CheckOf[] = [
  operationUnfinished,
  targetReachable,
  targetFresh,
  targetNotPrimary,
  targetCandidate,
  targetTcp,
  targetMaintenance,
  twoPrimaries,
  primaryReachable,
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
  sourcesStay,
  targetLogBin,
  targetLogSlaveUpdates,
  gtidStrictMode,
  serverIdUnique,
  versionNotOlder,
  followersNotOlder,
  xaPrepared,
  longWrites,
  lockHolders,
  otherTool,
  semiSync,
  lockFree,
  grants,
  replicationAccount,
  events,
  hooksRunnable,
  serviceRunning,
  diskSpace,
  readOnlyPersisted,
  readOnlyConfigured,
  backupAge,
];

/** Every check of that takeover with its level: the same list for the page, the API's 422 and the command line. */
export function runChecks(input: PlanInput, situation: Situation): Check[] {
  return all
    .flatMap((check) => check(input, situation))
    .flatMap(({ code, ok, server, text, fix, commands }): Check[] => {
      const rule = ruleOf(code);
      const severity = rule.level[situation.kind];
      if (ok) return [{ code, level: 'pass', server, text, fix: null, commands: [], acceptable: false }];
      if (!severity) return [];
      const acceptable = severity === 'block' && rule.acceptable;
      return [{ code, level: severity, server, text, fix, commands: [...commands], acceptable }];
    });
}
