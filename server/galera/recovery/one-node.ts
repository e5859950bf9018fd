import type { Decision, NodeReport } from '../../contract/galera.ts';
import { short, whyNoPosition } from '../decide/reading.ts';
import { startPosition } from '../parse/recovered.ts';
import { partOfDown, positionOf } from './task.ts';

/** Whether the node may serve as Primary, and no other one is seen to. */
export function mayBeLast(reports: readonly NodeReport[], node: string): boolean {
  if (reports.some((report) => report.name !== node && isPrimary(report))) return false;
  const own = reports.find(({ name }) => name === node);
  if (own?.kind !== 'seen') return true;
  const { alive } = own.evidence;
  return alive.kind === 'serving' ? isPrimary(own) : alive.kind !== 'waiting' && alive.kind !== 'down';
}

function isPrimary(report: NodeReport): boolean {
  if (report.kind !== 'seen') return false;
  const { alive } = report.evidence;
  return alive.kind === 'serving' && alive.status.clusterStatus === 'primary';
}

/**
 * What only this node has, and loses to a full copy when it is started into the cluster that runs, in words. null: nothing, as
 * far as its files tell.
 */
export function givenUpByStart(decision: Decision, reports: readonly NodeReport[], node: string): string | null {
  const report = reports.find(({ name }) => name === node);
  const row = decision.nodes.find(({ name }) => name === node);
  const [highest] = decision.nodes
    .flatMap(({ uuid, seqno, source }) => (source === 'status' && uuid && seqno ? [{ uuid, seqno }] : []))
    .toSorted((a, b) => (BigInt(a.seqno) > BigInt(b.seqno) ? -1 : 1));
  if (report?.kind !== 'seen' || !highest || partOfDown(report.evidence, row, highest) !== 'keep') return null;
  if (report.evidence.kept) return 'the rows that the cluster gave up when it was begun without them';
  const own = positionOf(row);
  if (own === null) return `what it holds, and nobody knows what that is: ${whyNoPosition(report.evidence)}`;
  if (own.uuid !== highest.uuid)
    return `every row that only it has: it is in the history ${short(own.uuid)}, the cluster in ${short(highest.uuid)}`;
  const [first, last] = [BigInt(highest.seqno) + 1n, BigInt(own.seqno)];
  return first === last
    ? `transaction ${last}, which no running node has`
    : `transactions ${first} to ${last}, which no running node has`;
}

/** Where the node goes on from; null: from its own file, or by a full copy. */
export function joinPosition(decision: Decision, reports: readonly NodeReport[], node: string): string | null {
  const row = decision.nodes.find(({ name }) => name === node);
  const report = reports.find(({ name }) => name === node);
  if (!row || report?.kind !== 'seen' || row.source !== 'recover' || !row.whole) return null;
  const { uuid, seqno, gtid } = row;
  return uuid === null || seqno === null ? null : startPosition({ uuid, seqno, gtid });
}
