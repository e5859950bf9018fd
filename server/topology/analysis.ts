import type { ClusterSnapshot, Level, Problem, ProblemCode } from '../contract/snapshot.ts';
import { dumpBad, dumpFailed, dumpMissing, dumpOld } from './analysis/dumps.ts';
import type { Evidence, Finding, Rule } from './analysis/finding.ts';
import { errantTransactions, notFollowing, replicaWritable } from './analysis/following.ts';
import {
  flowControl,
  historyLost,
  inconsistent,
  looseDurability,
  nodeApart,
  noGaleraPrimary,
  notSynced,
  splitBrain,
} from './analysis/galera.ts';
import { lagging, lagUnknown, primarySilent } from './analysis/lag.ts';
import { takeoverInterrupted } from './analysis/operation.ts';
import { noPrimary, primaryReadOnly, primaryUnreachable, twoWritablePrimaries } from './analysis/primary.ts';
import {
  agentUnreachable,
  certificateProblem,
  clockSkew,
  duplicateServerId,
  grantsMissing,
  serverUnreachable,
  serviceProblem,
  stale,
} from './analysis/server.ts';
import { ioConnecting, ioError, ioStopped, sqlError, sqlStopped } from './analysis/threads.ts';

/** Every code and its rule; within a level, problems are shown in this order. */
const rules: Readonly<Record<ProblemCode, Rule>> = {
  'two-writable-primaries': twoWritablePrimaries,
  'no-primary': noPrimary,
  'primary-unreachable': primaryUnreachable,
  'primary-read-only': primaryReadOnly,
  'galera-split-brain': splitBrain,
  'galera-history-lost': historyLost,
  'galera-no-primary': noGaleraPrimary,
  'galera-inconsistent': inconsistent,
  'takeover-interrupted': takeoverInterrupted,
  'replica-sql-error': sqlError,
  'replica-sql-stopped': sqlStopped,
  'replica-io-error': ioError,
  'replica-io-stopped': ioStopped,
  'primary-silent': primarySilent,
  'replica-not-following': notFollowing,
  'errant-transactions': errantTransactions,
  'galera-node-apart': nodeApart,
  'server-unreachable': serverUnreachable,
  'duplicate-server-id': duplicateServerId,
  stale,
  'dump-failed': dumpFailed,
  'dump-bad': dumpBad,
  'replica-lagging': lagging,
  'replica-io-connecting': ioConnecting,
  'replica-lag-unknown': lagUnknown,
  'replica-writable': replicaWritable,
  'galera-flow-control': flowControl,
  'galera-not-synced': notSynced,
  'galera-durability': looseDurability,
  'clock-skew': clockSkew,
  'missing-grants': grantsMissing,
  'agent-unreachable': agentUnreachable,
  'service-problem': serviceProblem,
  'certificate-problem': certificateProblem,
  'dump-old': dumpOld,
  'dump-missing': dumpMissing,
};

const rank: Readonly<Record<Level, number>> = { critical: 0, serious: 1, caution: 2 };

/** What has a meaning only where one server is the primary of the others. */
const ofReplication = new Set<string>([
  'two-writable-primaries',
  'no-primary',
  'primary-unreachable',
  'primary-read-only',
  'replica-not-following',
  'replica-writable',
  'errant-transactions',
]);

/** All that is wrong, worst first. */
export function findProblems(evidence: Evidence): Finding[] {
  const galera = evidence.snapshot.kind === 'galera';
  return Object.entries(rules)
    .filter(([code]) => (galera ? !ofReplication.has(code) : !code.startsWith('galera-')))
    .flatMap(([, rule]) => rule(evidence))
    .toSorted((a, b) => rank[a.level] - rank[b.level]);
}

/** Gives each problem the instant since when it has stood without a break: its code and server are what it is known by. */
export function withSince(
  findings: readonly Finding[],
  previous: readonly Pick<Problem, 'code' | 'server' | 'since'>[],
  now: string,
): Problem[] {
  return findings.map((finding) => {
    const before = previous.find((one) => one.code === finding.code && one.server === finding.server);
    return { ...finding, since: before?.since ?? now };
  });
}

/** unknown until every server was looked at: nothing seen is not healthy. */
export function healthOf(snapshot: ClusterSnapshot, problems: readonly Problem[]): ClusterSnapshot['health'] {
  if (snapshot.servers.some((server) => server.attemptedAt === null)) return 'unknown';
  if (problems.some((problem) => problem.level === 'critical')) return 'critical';
  return problems.length > 0 ? 'warning' : 'ok';
}
