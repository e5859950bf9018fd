import type { TakeoverKind } from '../../contract/takeover.ts';

type Severity = 'warn' | 'block';

interface Rule {
  /** How bad it is, by kind; a kind that is not there does not ask. */
  readonly level: Readonly<Partial<Record<TakeoverKind, Severity>>>;
  /** A block that an operator may override by its code. */
  readonly acceptable: boolean;
}

const every = (level: Severity): Rule['level'] => ({ switchover: level, failover: level, detach: level });
const never = { acceptable: false };
const mayAccept = { acceptable: true };

/** Every check: what it means when it does not hold. Codes are stable: `accept` names them. */
export const checkTable = {
  'operation-unfinished': { level: every('block'), ...never },
  'target-reachable': { level: every('block'), ...never },
  'target-fresh': { level: every('block'), ...never },
  'target-not-primary': { level: every('block'), ...never },
  'target-candidate': { level: every('block'), ...mayAccept },
  'target-tcp': { level: { switchover: 'block', failover: 'warn', detach: 'warn' }, ...never },
  'target-maintenance': { level: every('block'), ...mayAccept },
  'target-replicates': { level: every('block'), ...never },
  'target-uses-gtid': { level: every('block'), ...never },
  'target-sql-thread': { level: every('block'), ...never },
  'target-io-thread': { level: { switchover: 'block', detach: 'warn' }, ...never },
  'target-errors': { level: { switchover: 'block', failover: 'warn', detach: 'warn' }, ...never },
  'target-lag': { level: { switchover: 'block', failover: 'warn', detach: 'warn' }, ...mayAccept },
  'target-delay': { level: every('block'), ...never },
  'target-filters': { level: every('block'), ...never },
  'target-log-bin': { level: { switchover: 'block', failover: 'block', detach: 'warn' }, ...mayAccept },
  'target-log-slave-updates': { level: { switchover: 'block', failover: 'block', detach: 'warn' }, ...mayAccept },
  'received-at-risk': { level: { failover: 'block' }, ...mayAccept },
  'gtid-strict-mode': { level: every('warn'), ...never },
  'server-id-unique': { level: every('block'), ...never },
  'version-not-older': { level: { switchover: 'block', failover: 'warn', detach: 'warn' }, ...mayAccept },
  'followers-not-older': { level: { switchover: 'warn', failover: 'warn' }, ...never },
  'two-primaries': { level: { switchover: 'block', failover: 'block' }, ...never },
  'replica-writable': { level: { switchover: 'warn', failover: 'warn', detach: 'warn' }, ...never },
  'errant-transactions': { level: { switchover: 'block', failover: 'warn', detach: 'warn' }, ...never },
  'replica-ahead': { level: { failover: 'block' }, ...mayAccept },
  'replicas-follow-primary': { level: { switchover: 'warn', failover: 'warn' }, ...never },
  'replicas-reachable': { level: { switchover: 'warn', failover: 'warn' }, ...never },
  'binlog-covers-replica': { level: { switchover: 'warn', failover: 'warn' }, ...never },
  'multi-source': { level: { switchover: 'block', failover: 'warn' }, ...mayAccept },
  'sources-stay': { level: every('warn'), ...never },
  'xa-prepared': { level: { switchover: 'block', failover: 'warn' }, ...never },
  'long-writes': { level: { switchover: 'warn' }, ...never },
  'lock-holders': { level: every('warn'), ...never },
  'other-tool': { level: every('warn'), ...never },
  'semi-sync': { level: { switchover: 'warn' }, ...never },
  'primary-reachable': { level: { switchover: 'block' }, ...never },
  'primary-alive': { level: { failover: 'block' }, ...never },
  unfenced: { level: { failover: 'block' }, ...mayAccept },
  'fence-weak': { level: { failover: 'warn' }, ...never },
  'stays-writable': { level: { detach: 'warn' }, ...never },
  'hook-missing': { level: { switchover: 'block', failover: 'block' }, ...mayAccept },
  'lock-free': { level: every('block'), ...never },
  grants: { level: every('block'), ...never },
  'grants-optional': { level: every('warn'), ...never },
  'replication-account': { level: { switchover: 'block', failover: 'block' }, ...never },
  'replication-account-proven': { level: { switchover: 'warn', failover: 'warn' }, ...never },
  events: { level: { switchover: 'warn', failover: 'warn', detach: 'warn' }, ...never },
  'service-running': { level: { switchover: 'warn' }, ...never },
  'disk-space': { level: every('block'), ...mayAccept },
  'disk-space-low': { level: every('warn'), ...never },
  'read-only-persisted': { level: every('warn'), ...never },
  'read-only-configured': { level: every('warn'), ...never },
  'backup-age': { level: every('warn'), ...never },
} as const satisfies Readonly<Record<string, Rule>>;

export type CheckCode = keyof typeof checkTable;

/** The rule of a code. */
export function ruleOf(code: CheckCode): Rule {
  return checkTable[code];
}
