import type { NodeEvidence } from '../../contract/galera-evidence.ts';
import type { NodeReport } from '../../contract/galera.ts';
import { ZERO_HISTORY, type NodeStatus } from '../../contract/galera-status.ts';

/** Evidence older than this tells nothing of now: it is as good as none. */
export const FRESH_MS = 20_000;

/** A place in a history. */
export interface Position {
  readonly uuid: string;
  readonly seqno: bigint;
  readonly gtid: string | null;
  readonly source: 'grastate' | 'recover' | 'status';
}

/** What one node's evidence comes down to. */
export type Reading =
  | { readonly kind: 'unknown'; readonly name: string; readonly reason: string }
  | { readonly kind: 'serving'; readonly name: string; readonly status: NodeStatus; readonly evidence: NodeEvidence }
  | { readonly kind: 'waiting'; readonly name: string; readonly evidence: NodeEvidence }
  | DownNode;

/** A node that is proven down. */
export interface DownNode {
  readonly kind: 'down';
  readonly name: string;
  readonly evidence: NodeEvidence;
  /** What its data say; also of a node that may not be chosen. null: not known. */
  readonly position: Position | null;
  /** Why its data may not begin a cluster; null where they may. */
  readonly flaw: string | null;
  readonly safe: boolean;
}

/** Reads a report as of `now` (milliseconds since the epoch). */
export function read(report: NodeReport, now: number): Reading {
  const { name } = report;
  const unknown = (reason: string): Reading => ({ kind: 'unknown', name, reason });
  if (report.kind === 'unknown') return unknown(report.reason);
  const age = now - Date.parse(report.observedAt);
  if (!(age <= FRESH_MS)) return unknown(`its evidence is ${Math.round(age / 1000)} s old`);
  const { evidence } = report;
  const { alive } = evidence;
  switch (alive.kind) {
    case 'unknown':
      return unknown(alive.reason);
    case 'silent':
      return unknown(`mariadbd runs there and does not answer: ${alive.detail}`);
    case 'waiting':
      return { kind: 'waiting', name, evidence };
    case 'serving':
      if (alive.status.clusterStatus === 'unknown') return unknown('its server does not say in which cluster it is');
      return { kind: 'serving', name, status: alive.status, evidence };
    case 'down':
  }
  const { grastate } = evidence;
  const position = positionOf(evidence);
  const safe = grastate.kind === 'read' && grastate.safeToBootstrap;
  return { kind: 'down', name, evidence, position, flaw: flawOf(evidence, position), safe };
}

/** A clean end left it in the file; after a crash InnoDB has it. */
function positionOf({ grastate, recovered }: NodeEvidence): Position | null {
  if (grastate.kind === 'read' && grastate.uuid !== ZERO_HISTORY && BigInt(grastate.seqno) >= 0n)
    return { uuid: grastate.uuid, seqno: BigInt(grastate.seqno), gtid: null, source: 'grastate' };
  if (recovered.kind !== 'position' || recovered.uuid === ZERO_HISTORY || BigInt(recovered.seqno) < 0n) return null;
  const { uuid, seqno, gtid } = recovered;
  return { uuid, seqno: BigInt(seqno), gtid, source: 'recover' };
}

/** Of a node whose data the cluster has gone on without. */
export const KEPT = 'it is kept down, with rows that the cluster gave up';

/** Names of the nodes that a start brings back: down, and not kept down. */
export function startable(readings: readonly Reading[]): string[] {
  return readings.flatMap((one) => (one.kind === 'down' && !one.evidence.kept ? [one.name] : []));
}

function flawOf(
  { grastate, hasData, transferLeftovers, kept }: NodeEvidence,
  position: Position | null,
): string | null {
  if (kept) return KEPT;
  if (!hasData) return 'it holds no data';
  // A plausible position means nothing there: it may be the highest of all while tables are missing (measured).
  if (transferLeftovers.length > 0)
    return `a state transfer to it did not come to its end (${transferLeftovers.join(', ')})`;
  switch (grastate.kind) {
    case 'missing':
      return 'it has no grastate.dat, so nothing tells whether its data are whole';
    case 'unreadable':
      return `its grastate.dat can't be read: ${grastate.error}`;
    case 'invalid':
      return `its grastate.dat can't be trusted: ${grastate.reason}`;
    case 'read':
  }
  if (grastate.uuid === ZERO_HISTORY)
    return 'its grastate.dat names no history: a state transfer or a DDL was under way when it ended';
  if (position === null) return 'its position is not known';
  // Galera ignores the start position then, and the bootstrap would begin a new history (measured).
  if (position.uuid !== grastate.uuid)
    return `its grastate.dat names the history ${short(grastate.uuid)}, and its data are of ${short(position.uuid)}`;
  return null;
}

/** Every history that a node's files name. */
export function historiesOf(reading: Reading): string[] {
  const named: string[] = [];
  if (reading.kind === 'unknown') return named;
  const { grastate, recovered } = reading.evidence;
  if (grastate.kind === 'read') named.push(grastate.uuid);
  if (recovered.kind === 'position') named.push(recovered.uuid);
  if (reading.kind === 'serving') named.push(reading.status.stateUuid);
  return [...new Set(named)].filter((uuid) => uuid !== ZERO_HISTORY && uuid !== '');
}

/** Why nothing is known of the position of a node with data, for a sentence. */
export function whyNoPosition({ recovered }: NodeEvidence): string {
  if (recovered.kind === 'position') return 'mariadbd --wsrep-recover found that it was never in a cluster';
  return recovered.reason;
}

/** The first characters of a history's id, as pages show it. */
export function short(uuid: string): string {
  return uuid.slice(0, 8);
}

/** "db-1", "db-1 and db-2", "db-1, db-2 and db-3". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
