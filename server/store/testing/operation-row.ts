import type { LeaseClaim, OperationRow } from '../store.ts';

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

/** For tests: the lease that it begins under. */
export const operationClaim: LeaseClaim = { name: 'operations/erp5', holder: 'a console', ttlMs: 5000, now: 1000 };
