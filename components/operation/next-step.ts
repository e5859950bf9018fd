import type { Operation } from '../../server/contract/operation.ts';
import { takeoverPath } from '../ui/paths.ts';

/** Where one goes from the end of a takeover that has not happened; null where it runs, has happened, or is none. */
export function nextStep(
  operation: Pick<Operation, 'kind' | 'outcome' | 'dryRun' | 'cluster' | 'target'>,
): { text: string; path: string } | null {
  const { kind, outcome, dryRun, cluster, target } = operation;
  if (!['switchover', 'failover', 'detach'].includes(kind) || outcome === null) return null;
  const path = `${takeoverPath(cluster, target)}?kind=${kind}`;
  if (dryRun && outcome.startsWith('succeeded')) return { text: 'Review it, and do it', path };
  const nothingDone = ['refused', 'cancelled-restored', 'failed-restored'].includes(outcome);
  return nothingDone ? { text: 'Review again', path } : null;
}
