import type { Operation } from '../../server/contract/operation.ts';

/** For tests: a switchover that came to a good end. */
export const exampleView: Operation = {
  id: 'op',
  kind: 'switchover',
  cluster: 'erp5',
  target: 'db-2',
  title: '',
  actor: 'ana',
  dryRun: false,
  startedAt: new Date(0).toISOString(),
  endedAt: new Date(1).toISOString(),
  outcome: 'succeeded',
  summary: '',
  pointOfNoReturnPassed: true,
  cancelRequested: false,
  writeOutageMs: 5,
  interruptions: [],
  steps: [],
  followUps: [],
};
