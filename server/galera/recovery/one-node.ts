import type { NodeReport } from '../../contract/galera.ts';

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

/** Whether the node is kept down with rows that the cluster gave up. */
export function isKept(reports: readonly NodeReport[], node: string): boolean {
  return reports.some((report) => report.kind === 'seen' && report.name === node && report.evidence.kept);
}
