import type { Operation } from '../../server/contract/operation.ts';
import { galeraPath, takeoverPath } from '../ui/paths.ts';

/** Where one goes from the end of a takeover that has not happened, or of what was done to nodes; null: nowhere, or it runs. */
export function nextStep(
  operation: Pick<Operation, 'kind' | 'outcome' | 'dryRun' | 'cluster' | 'target'>,
): { text: string; path: string } | null {
  const { kind, outcome, dryRun, cluster, target } = operation;
  if (kind.startsWith('galera-') && outcome !== null) {
    const stopped = kind === 'galera-stop' && outcome.startsWith('succeeded');
    return { text: stopped ? 'Bring it back' : `See the nodes of ${cluster}`, path: galeraPath(cluster) };
  }
  if (!['switchover', 'failover', 'detach'].includes(kind) || outcome === null) return null;
  const path = `${takeoverPath(cluster, target)}?kind=${kind}`;
  if (dryRun && outcome.startsWith('succeeded')) return { text: 'Review it, and do it', path };
  const nothingDone = ['refused', 'cancelled-restored', 'failed-restored'].includes(outcome);
  return nothingDone ? { text: 'Review again', path } : null;
}
