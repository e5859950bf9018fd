import { z } from 'zod';
import { grastate, type NodeEvidence } from '../../contract/galera-evidence.ts';
import type { Decision, NodeReport } from '../../contract/galera.ts';
import { historyId, seqnoText, ZERO_HISTORY } from '../../contract/galera-status.ts';

const position = z.object({ uuid: historyId, seqno: seqnoText, gtid: z.string().nullable() });
export type TaskPosition = z.infer<typeof position>;

const member = z.object({
  name: z.string(),
  /** Where it stood when that was decided; null: not known. */
  position: position.nullable(),
  grastate,
  dataDirectory: z.string(),
  /**
   * begin: the cluster begins with it; join: it is started and takes what it missed; copy: it takes a full copy, and nothing
   * of its is lost by that; keep: it has what the cluster gives up, and stays down; unknown: nothing is known of it.
   */
  part: z.enum(['begin', 'join', 'copy', 'keep', 'serving', 'unknown']),
});
export type TaskMember = z.infer<typeof member>;

/** What a recovery is to do, as it goes into the journal: enough to take it up again. */
export const task = z.object({
  cluster: z.string(),
  act: z.enum(['bootstrap', 'make-primary']),
  node: z.string(),
  position,
  /** Its grastate.dat names no history: that of its data is written into it. */
  restoresHistory: z.boolean(),
  givesUp: z.array(z.string()),
  members: z.array(member),
});
export type Task = z.infer<typeof task>;

/** The task of beginning with this node, which may be chosen. Throws where the decision has no position of it: a bug. */
export function taskOf(cluster: string, decision: Decision, reports: readonly NodeReport[], node: string): Task {
  const rows = new Map(decision.nodes.map((row) => [row.name, row]));
  const chosen = rows.get(node);
  if (!chosen || chosen.uuid === null || chosen.seqno === null) throw new Error(`${node} has no position`);
  const begin = { uuid: chosen.uuid, seqno: chosen.seqno, gtid: chosen.gtid };
  const members = reports.map((report): TaskMember => {
    const { name } = report;
    const none = { name, position: null, grastate: { kind: 'missing' as const }, dataDirectory: '' };
    if (report.kind === 'unknown') return { ...none, part: 'unknown' };
    const { alive, grastate: state, dataDirectory } = report.evidence;
    const row = rows.get(name);
    const known = { name, grastate: state, dataDirectory };
    if (alive.kind === 'serving') return { ...known, position: null, part: name === node ? 'begin' : 'serving' };
    if (alive.kind !== 'down') return { ...known, position: null, part: 'unknown' };
    const own = positionOf(row);
    if (name === node) return { ...known, position: begin, part: 'begin' };
    return { ...known, position: own, part: partOfDown(report.evidence, row, begin) };
  });
  const state = members.find(({ part }) => part === 'begin')?.grastate;
  return {
    cluster,
    act: decision.act === 'make-primary' ? 'make-primary' : 'bootstrap',
    node,
    position: begin,
    restoresHistory: state?.kind === 'read' && state.uuid === ZERO_HISTORY,
    givesUp: [...chosen.givesUp],
    members,
  };
}

/** What becomes of a node that is down when it meets a cluster that stands at `begin`. */
export function partOfDown(
  evidence: NodeEvidence,
  row: Decision['nodes'][number] | undefined,
  begin: Pick<TaskPosition, 'uuid' | 'seqno'>,
): 'join' | 'copy' | 'keep' {
  if (evidence.kept) return 'keep';
  const own = positionOf(row);
  return own === null ? withoutPosition(evidence) : partOf(row?.whole === true, own, begin);
}

/** Where its data stand; null: not known, or in no history. */
export function positionOf(row: Decision['nodes'][number] | undefined): TaskPosition | null {
  if (!row || row.uuid === null || row.seqno === null || row.uuid === ZERO_HISTORY || row.seqno === '-1') return null;
  return { uuid: row.uuid, seqno: row.seqno, gtid: row.gtid };
}

/** What is ahead, or of another history, would drift apart silently or be erased (measured): it is kept. */
function partOf(
  whole: boolean,
  own: TaskPosition,
  begin: Pick<TaskPosition, 'uuid' | 'seqno'>,
): 'join' | 'copy' | 'keep' {
  if (own.uuid !== begin.uuid || BigInt(own.seqno) > BigInt(begin.seqno)) return 'keep';
  // What is missing where data are not whole no position tells.
  return whole ? 'join' : 'copy';
}

/** Data of which nobody knows what they are are kept; half of a copy is worth nothing. */
function withoutPosition({ hasData, transferLeftovers, grastate: state }: NodeEvidence): 'copy' | 'keep' {
  const half = transferLeftovers.length > 0 || (state.kind === 'read' && state.uuid === ZERO_HISTORY);
  return hasData && !half ? 'keep' : 'copy';
}

/** The members with this part. */
export function membersWith(of: Task, ...parts: readonly TaskMember['part'][]): TaskMember[] {
  return of.members.filter(({ part }) => parts.includes(part));
}

/** The member of that name. Throws where there is none: a bug. */
export function memberOf(of: Task, name: string): TaskMember {
  const found = of.members.find((one) => one.name === name);
  if (!found) throw new Error(`the task has no member ${name}`);
  return found;
}
