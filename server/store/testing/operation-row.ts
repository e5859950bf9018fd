import type { OperationRow } from '../store.ts';

/** For tests: a switchover that has begun. */
export const operationRow: OperationRow = {
  id: 'op-1',
  cluster: 'erp5',
  kind: 'switchover',
  target: 'db-2',
  actor: 'alice',
  startedAt: 1000,
  endedAt: null,
  outcome: null,
  plan: '{}',
  view: '{}',
};
