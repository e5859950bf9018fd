import { z } from 'zod';
import { galeraState } from './galera-status.ts';
import { firstCopyStatus } from './first-copy.ts';
import { maintenance } from './maintenance.ts';

/** ISO 8601, UTC. */
export const instant = z.string();

/** A MariaDB GTID list as text: "0-1-48211" or "0-1-48211,1-2-7"; "" is the empty position. */
export const gtidText = z.string();

export const level = z.enum(['critical', 'serious', 'caution']);
export type Level = z.infer<typeof level>;

/** Every problem that the analysis can name. Stable: scripts and alerts hold on to these words. */
export const problemCode = z.enum([
  'two-writable-primaries',
  'no-primary',
  'primary-unreachable',
  'primary-read-only',
  'server-unreachable',
  'replica-sql-stopped',
  'replica-io-stopped',
  'replica-sql-error',
  'replica-io-error',
  'replica-io-connecting',
  'replica-not-following',
  'replica-lagging',
  'replica-lag-unknown',
  'replica-writable',
  'primary-silent',
  'errant-transactions',
  'duplicate-server-id',
  'stale',
  'clock-skew',
  'missing-grants',
  'agent-unreachable',
  'service-problem',
  'certificate-problem',
  'dump-old',
  'dump-missing',
  'dump-failed',
  'dump-bad',
  'takeover-interrupted',
  'galera-split-brain',
  'galera-history-lost',
  'galera-no-primary',
  'galera-node-apart',
  'galera-inconsistent',
  'galera-not-synced',
  'galera-flow-control',
  'galera-durability',
]);
export type ProblemCode = z.infer<typeof problemCode>;

export const problem = z.object({
  code: problemCode,
  level,
  /** null: the cluster as a whole. */
  server: z.string().nullable(),
  /** One sentence that needs no context: names the server and the number. */
  text: z.string(),
  /** What to do, where there is one thing to do. */
  fix: z.string().nullable(),
  since: instant,
});
export type Problem = z.infer<typeof problem>;

export const role = z.enum(['primary', 'replica', 'standalone', 'galera', 'unknown']);
export type Role = z.infer<typeof role>;

export const serverState = z.enum(['up', 'unreachable', 'stale']);
export type ServerState = z.infer<typeof serverState>;

export const unreachableReason = z.enum([
  'refused',
  'timeout',
  'hung',
  'access-denied',
  'too-many-connections',
  'host-unknown',
  'tls',
  // There is no way to it through its agent; of the server itself nothing is known.
  'agent',
  'other',
]);
export type UnreachableReason = z.infer<typeof unreachableReason>;

export const threadState = z.enum(['running', 'connecting', 'stopped', 'error']);
export type ThreadState = z.infer<typeof threadState>;

/**
 * Where a lag number comes from.
 * position-history: age of the oldest remembered position of the primary that the replica has not reached;
 * event-time: MariaDB's Master_Slave_time_diff (11.6 and newer, MDEV-33856).
 */
export const lagSource = z.enum(['position-history', 'event-time']);
export type LagSource = z.infer<typeof lagSource>;

export const replicationConnection = z.object({
  /** Name of the connection; "" is the default one. */
  connection: z.string(),
  /** The configured name of the server it replicates from; null where it is none of the cluster's. */
  primary: z.string().nullable(),
  /** host:port as the replica has it. */
  source: z.string(),
  ioThread: threadState,
  sqlThread: threadState,
  /** null where there is none to tell: not replicating, or the primary's position is not known. */
  lagSeconds: z.number().nullable(),
  lagSource: lagSource.nullable(),
  /** True where the lag may be longer than the number: the console was not watching when it began. Absent: false. */
  lagAtLeast: z.boolean().optional(),
  /** Transactions of the primary's binlog that are not applied here; null where the primary's position is not known. */
  transactionsBehind: z.number().nullable(),
  /** Received and not yet applied: what a failover must still drain. */
  transactionsInRelayLog: z.number().nullable(),
  /** MariaDB's own Seconds_Behind_Master, shown for comparison, never as the lag. */
  secondsBehindMaster: z.number().nullable(),
  /** How long ago the primary was last heard (by this replica or by the console); null while it is heard. */
  primarySilentSeconds: z.number().nullable(),
  usingGtid: z.enum(['no', 'slave_pos', 'current_pos']),
  /** MASTER_DELAY. */
  delaySeconds: z.number(),
  receivedGtid: gtidText,
  lastError: z.object({ thread: z.enum(['io', 'sql']), number: z.number(), text: z.string() }).nullable(),
});
export type ReplicationConnection = z.infer<typeof replicationConnection>;

/** Can this server be promoted, as far as the last observation tells? The plan decides; this feeds the button. */
export const promotable = z.object({
  possible: z.boolean(),
  kind: z.enum(['switchover', 'failover', 'detach']).nullable(),
  /** Why not, in one sentence; null when possible. */
  reason: z.string().nullable(),
});

export const diskSpace = z.object({ freeBytes: z.number(), totalBytes: z.number() });
export type DiskSpace = z.infer<typeof diskSpace>;

export const agentState = z.object({
  state: z.enum(['up', 'unreachable', 'none']),
  detail: z.string().nullable(),
  services: z.array(
    z.object({
      name: z.string(),
      enabled: z.boolean(),
      running: z.boolean(),
      kind: z.string().optional(),
      /** It runs all the time while it is enabled. Absent, as the next ones: the agent is of an earlier version. */
      daemon: z.boolean().optional(),
      lastRun: z.object({ at: instant, ok: z.boolean(), id: z.string().optional() }).nullable().optional(),
      /** What is wrong with it, in a sentence. */
      problem: z.string().nullable().optional(),
    }),
  ),
  /** Room on the server's disks, as far as the agent can tell. Absent: not known. */
  disk: z
    .object({
      data: diskSpace.nullable(),
      backups: z.object({ freeBytes: z.number(), newestDumpBytes: z.number() }).nullable(),
    })
    .optional(),
  /** read_only as the server's configuration has it: what a restart would make of it. null or absent: not known. */
  readOnlyNext: z.boolean().nullable().optional(),
  /** Renewed certificates of the agent and of its server that are not in force, in sentences. Absent: none. */
  certificateProblems: z.array(z.string()).optional(),
  /** Of a server that had no database: how far its first copy is. Absent: none is being made. */
  firstCopy: firstCopyStatus.optional(),
});

export const serverSnapshot = z.object({
  name: z.string(),
  /** host:port, IPv6 in brackets. */
  address: z.string(),
  /** The console reaches it through its agent alone, and the address is where others would. Absent: at its address. */
  via: z.literal('agent').optional(),
  /** It runs with TCP off (skip_networking): no server can replicate from it. Absent: it listens, or was never seen. */
  tcpOff: z.literal(true).optional(),
  role,
  state: serverState,
  reason: unreachableReason.nullable(),
  /** One sentence about the reason: what was tried and what happened. */
  detail: z.string().nullable(),
  /** When the values below were read; null when the server was never seen. */
  observedAt: instant.nullable(),
  attemptedAt: instant.nullable(),
  roundTripMs: z.number().nullable(),
  version: z.string().nullable(),
  serverId: z.number().nullable(),
  readOnly: z.boolean().nullable(),
  gtid: z.object({ binlog: gtidText, slave: gtidText, current: gtidText }).nullable(),
  replication: z.array(replicationConnection),
  /** Replicas that are connected to this server now (binlog dump threads), as configured names or host:port. */
  replicasSeen: z.array(z.string()),
  eventScheduler: z.enum(['on', 'off', 'disabled']).nullable(),
  semiSync: z.object({ primary: z.boolean(), replica: z.boolean(), clients: z.number() }).nullable(),
  uptimeSeconds: z.number().nullable(),
  /** The server's clock minus the console's. */
  clockSkewSeconds: z.number().nullable(),
  /** Transactions written to the binlog per second since the poll before; null before the second poll. */
  writesPerSecond: z.number().nullable(),
  /** Transactions that only this server has (its own server id or another's), as a GTID list; "" is none, null unknown. */
  errantGtid: gtidText.nullable(),
  /** What the console's accounts lack here, as statements to copy. */
  missingGrants: z.array(z.string()),
  /** Of a Galera node, as last read; null: it is none, or was never seen. */
  galera: galeraState.nullable().optional(),
  candidate: z.enum(['prefer', 'neutral', 'never']),
  /** null: it is not set aside. */
  maintenance: maintenance.nullable(),
  promotable,
  /** Leads to the review of its takeover, also after sign-in. Absent in what does not come from a console. */
  takeoverUrl: z.string().optional(),
  agent: agentState,
});
export type ServerSnapshot = z.infer<typeof serverSnapshot>;

export const newestDump = z.object({
  server: z.string(),
  name: z.string(),
  method: z.string(),
  bytes: z.number(),
  endedAt: instant,
});

export const clusterSnapshot = z.object({
  name: z.string(),
  kind: z.enum(['replication', 'galera']),
  /** True for throw-away clusters of the demo: drawn as a permanent label. */
  sandbox: z.boolean(),
  observedAt: instant,
  health: z.enum(['ok', 'warning', 'critical', 'unknown']),
  /** Worst first. */
  problems: z.array(problem),
  primary: z.string().nullable(),
  lag: z.object({ warnSeconds: z.number(), criticalSeconds: z.number() }),
  pollSeconds: z.number(),
  servers: z.array(serverSnapshot),
  newestDump: newestDump.nullable(),
  /** Of a Galera cluster: its Primary components by their members; more than one is a split brain. */
  components: z.array(z.array(z.string())).optional(),
  /** The operation that runs on this cluster now. */
  operationId: z.string().nullable(),
});
export type ClusterSnapshot = z.infer<typeof clusterSnapshot>;
