import { expect, test } from 'vitest';
import { BatonError } from '../../contract/errors.ts';
import type { NodeReport } from '../../contract/galera.ts';
import { Operations } from '../../operations/operations.ts';
import { FakeStore } from '../../operations/testing/fake-store.ts';
import type { GaleraAgent } from '../agent.ts';
import { decideOn, serving, crashed } from '../testing/example-evidence.ts';
import { fakeAgent } from '../testing/fake-agent.ts';
import { makePrimary } from './begin-cluster.ts';
import { PositionRecords } from './records.ts';
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
    const store = new FakeStore();
    const agent = agentThatSays(new BatonError(code, 'no answer within 15 s'));
    const operations = new Operations({
      journal: store.journal,
      leases: store.leases,
      memory: store.memory,
      now: Date.now,
      newId: () => 'op-1',
      holder: 'console',
      onOperation: () => undefined,
    });
    const parts = { cluster: { name: 'wiki', members: ['db-1', 'db-2'] }, agent: () => agent, now: Date.now };
    await operations.start(
      { kind: 'galera-recovery', cluster: 'wiki', target: 'db-1', title: '', actor: 'ana', dryRun: false },
      '{}',
      {
        steps: [makePrimary(task)],
        context: {
          task,
          parts,
          records: new PositionRecords(store.memory, 'wiki', Date.now),
          flag: null,
          left: new Set<string>(),
        },
        budgetMs: 10_000,
        undoMs: 1_000,
        summary: () => '',
        close: () => Promise.resolve(),
      },
    );
    const { outcome, steps } = await operations.ended('op-1');
    expect([outcome, steps[0]?.state]).toEqual(['succeeded', 'done']);
  },
);
