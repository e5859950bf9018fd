import { expect, test } from 'vitest';
import { BatonError } from '../../contract/errors.ts';
import type { NodeReport } from '../../contract/galera.ts';
import type { GaleraAgent } from '../agent.ts';
import { decideOn, serving, crashed } from '../testing/example-evidence.ts';
import { fakeAgent } from '../testing/fake-agent.ts';
import { runSteps } from '../testing/run-steps.ts';
import { makePrimary } from './begin-cluster.ts';
import { taskOf } from './task.ts';

/** An agent whose node became Primary by a request that it could tell nothing good of. */
function agentThatSays(error: BatonError): GaleraAgent {
  let report: NodeReport = serving('db-1', { clusterStatus: 'non-primary' });
  return fakeAgent({
    evidence: async () => {
      if (report.kind !== 'seen') throw new Error('no report');
      return { evidence: report.evidence, work: { kind: 'none', startedAt: null, endedAt: null, error: null } };
    },
    makePrimary: async () => {
      report = serving('db-1');
      throw error;
    },
  });
}

test.each(['unavailable', 'internal', 'refused'] as const)(
  'a request to become Primary that ends with "%s" is looked after, and is done where the node is Primary',
  async (code) => {
    const reports = [serving('db-1', { clusterStatus: 'non-primary' }), crashed('db-2', 11)];
    const task = taskOf('wiki', decideOn(reports), reports, 'db-1');
    const agent = agentThatSays(new BatonError(code, 'no answer within 15 s'));
    const { outcome, steps } = await runSteps(task, [makePrimary(task)], () => agent);
    expect([outcome, steps[0]?.state]).toEqual(['succeeded', 'done']);
  },
);
