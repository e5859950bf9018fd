import type {
  ClusterSnapshot,
  LagSource,
  ProblemCode,
  ReplicationConnection,
  ServerSnapshot,
  UnreachableReason,
} from '../../server/contract/snapshot.ts';
import { seqnoText } from '../galera/node-groups.ts';
import type { FirstCopyStatus } from '../../server/contract/first-copy.ts';
import { duration } from '../format/duration.ts';
import { bytes, counted } from '../format/number.ts';
import { byLevel, type MarkLevel } from './mark-level.ts';

/** What a server's row says: a mark, a word, one sentence, and what stands behind the sentence. */
export interface ServerLine {
  level: MarkLevel;
  word: string;
  text: string;
  /** Where the number comes from, or what exactly failed; null where the sentence says it all. */
  detail: string | null;
  /** The position that belongs to the sentence. */
  gtid: string | null;
}

/** Problems that say nothing about whether a server serves or replicates: they have their own line, not the row's mark. */
const besideTheRow: ReadonlySet<ProblemCode> = new Set([
  'missing-grants',
  'agent-unreachable',
  'service-problem',
  'certificate-problem',
  'dump-old',
  'dump-missing',
  'dump-failed',
  'dump-bad',
]);

/** One sentence for one server, in the words that the front page, the diagram and the review share. */
export function serverLine(server: ServerSnapshot, cluster: Pick<ClusterSnapshot, 'problems'>): ServerLine {
  const level = serverLevel(server, cluster);
  const word = server.role;
  if (server.state === 'unreachable') {
    const copy = server.agent.firstCopy;
    if (copy && copy.stage !== 'done')
      return { level, word, text: firstCopyText(copy), detail: copy.error, gtid: null };
    const text = `${unreachableText[server.reason ?? 'other']}${asideText(server)}`;
    return { level, word, text, detail: server.detail, gtid: null };
  }
  const worst = worstConnection(server.replication);
  const line = server.galera
    ? galeraText(server.galera)
    : worst === null
      ? aloneText(server)
      : replicaText(worst, server);
  return { level, word, ...line, text: `${line.text}${asideText(server)}` };
}

/** How a node stands in its cluster, and for how long another may be away before it needs a full copy. */
function galeraText(galera: NonNullable<ServerSnapshot['galera']>): Omit<ServerLine, 'level' | 'word'> {
  const { clusterStatus, localState, lastCommitted, clusterSize, istReachSeconds, receiveQueue, stateUuid } = galera;
  if (clusterStatus !== 'primary')
    return { text: `${clusterStatus} · ${localState} · refuses every statement`, detail: null, gtid: null };
  const queue = receiveQueue > 0 ? ` · ${receiveQueue} to apply` : '';
  const reach =
    istReachSeconds === null
      ? ''
      : ` Another can be away for ${duration(istReachSeconds)} before it needs a full copy.`;
  return {
    text: `${localState} · seqno ${seqnoText(lastCommitted)} · one of ${clusterSize}${queue}`,
    detail: `History ${stateUuid}.${reach}`,
    gtid: null,
  };
}

/** What a server does that has no database yet, as its agent tells. */
function firstCopyText({ stage, bytes: got, totalBytes }: FirstCopyStatus): string {
  if (stage !== 'receiving') return firstCopyWords[stage];
  return `takes its first copy, ${bytes(got)}${totalBytes === null ? '' : ` of ${bytes(totalBytes)}`}`;
}

const firstCopyWords: Record<Exclude<FirstCopyStatus['stage'], 'receiving'>, string> = {
  installing: 'has no database yet: its agent installs one',
  preparing: 'prepares its first copy',
  replicating: 'has its first copy, and sees that it replicates',
  finishing: 'puts its first copy in place',
  done: 'has its first copy',
  failed: 'has no database: its first copy failed',
};

/** " · in maintenance: kernel update (ana)"; "" where it is not. */
function asideText({ maintenance }: ServerSnapshot): string {
  return maintenance === null ? '' : ` · in maintenance: ${maintenance.reason} (${maintenance.owner})`;
}

/** The worst of what the analysis says of this server; hollow where nothing is known. */
export function serverLevel(server: ServerSnapshot, cluster: Pick<ClusterSnapshot, 'problems'>): MarkLevel {
  const [worst] = cluster.problems
    .filter((problem) => problem.server === server.name && !besideTheRow.has(problem.code))
    .map((problem) => problem.level)
    .toSorted(byLevel);
  if (worst !== undefined) return worst;
  if (server.maintenance !== null) return 'off';
  if (server.state === 'unreachable') return server.observedAt === null ? 'off' : 'serious';
  return server.state === 'stale' || server.role === 'unknown' ? 'off' : 'normal';
}

/** The mark of a row whose values are old: what was healthy then is unknown now, what was wrong then is still told. */
export function markOf(level: MarkLevel, stale: boolean): MarkLevel {
  return stale && level === 'normal' ? 'off' : level;
}

const unreachableText: Record<UnreachableReason, string> = {
  refused: 'port closed · connection refused',
  timeout: 'host unreachable · no answer',
  hung: 'hung · connects, never answers',
  'access-denied': 'access denied to the console’s account',
  'too-many-connections': 'too many connections',
  'host-unknown': 'host name unknown',
  tls: 'TLS refused',
  agent: 'unknown · no way through its agent',
  other: 'unreachable',
};

/** Replicating is both threads running: anything else has no lag, and never a zero. */
export function isReplicating(connection: ReplicationConnection): boolean {
  return connection.ioThread === 'running' && connection.sqlThread === 'running';
}

const weight = (one: ReplicationConnection): number =>
  isReplicating(one) ? (one.lagSeconds ?? Number.MAX_SAFE_INTEGER) : Number.POSITIVE_INFINITY;

/** The connection that decides what the row says: a broken one before a slow one, a slow one before a fast one. */
export function worstConnection(connections: readonly ReplicationConnection[]): ReplicationConnection | null {
  return connections.reduce<ReplicationConnection | null>(
    (worst, one) => (worst === null || weight(one) > weight(worst) ? one : worst),
    null,
  );
}

function replicaText(connection: ReplicationConnection, server: ServerSnapshot): Omit<ServerLine, 'level' | 'word'> {
  const writable = server.readOnly === false ? ' · writable' : '';
  if (!isReplicating(connection)) {
    return { text: `not replicating · ${whyNot(connection)}`, detail: connection.lastError?.text ?? null, gtid: null };
  }
  const { lagSeconds, transactionsBehind, delaySeconds } = connection;
  const behind = transactionsBehind === null ? '' : ` · ${counted(transactionsBehind, 'transaction')}`;
  const text = lagSeconds === null ? `lag unknown${behind}` : `${lagText(connection)} behind${behind}`;
  const delayed = delaySeconds === 0 ? '' : ` · delayed by ${duration(delaySeconds)} on purpose`;
  return { text: `${text}${delayed}${writable}`, detail: lagExplained(connection), gtid: null };
}

function whyNot({ ioThread, sqlThread, lastError, primary, source }: ReplicationConnection): string {
  if (lastError !== null) return `${lastError.thread === 'sql' ? 'SQL' : 'IO'} error ${lastError.number}`;
  if (ioThread === 'stopped' && sqlThread === 'stopped') return 'both threads stopped';
  if (sqlThread !== 'running') return 'SQL thread stopped';
  return ioThread === 'connecting' ? `connecting to ${primary ?? source}` : 'IO thread stopped';
}

/** The lag itself: "0.3 s", "at least 3.0 s", "unknown"; "not replicating" where there is none, never a zero. */
export function lagText(connection: ReplicationConnection): string {
  if (!isReplicating(connection)) return 'not replicating';
  if (connection.lagSeconds === null) return 'unknown';
  return `${connection.lagAtLeast === true ? 'at least ' : ''}${duration(connection.lagSeconds)}`;
}

/** How a lag number came about, and what MariaDB itself says, for comparison. */
export function lagExplained(connection: ReplicationConnection): string {
  const own =
    connection.secondsBehindMaster === null
      ? ''
      : ` MariaDB itself says ${connection.secondsBehindMaster} s (Seconds_Behind_Master).`;
  const silent =
    connection.primarySilentSeconds === null
      ? ''
      : ` The primary was last heard ${duration(connection.primarySilentSeconds)} ago: what it has written since is not counted.`;
  return `${sourceText[connection.lagSource ?? 'none']}${silent}${own}`;
}

const sourceText: Record<LagSource | 'none', string> = {
  'position-history': 'Age of the oldest position of the primary that this replica has not reached, measured by Baton.',
  'event-time':
    'Master_Slave_time_diff: the time between the newest event received and the newest applied, as MariaDB tells it.',
  none: 'There is no number to tell: the primary’s position is not known.',
};

function aloneText(server: ServerSnapshot): Omit<ServerLine, 'level' | 'word'> {
  const gtid = server.gtid === null || server.gtid.binlog === '' ? null : server.gtid.binlog;
  if (server.observedAt === null) return { text: 'not seen yet', detail: null, gtid: null };
  if (server.readOnly === null) return { text: 'state unknown', detail: server.detail, gtid };
  return { text: server.readOnly ? 'read-only · takes no writes' : 'takes writes', detail: null, gtid };
}
