import { expect, test } from 'vitest';
import type { GaleraAnswer } from '../../contract/galera-agent.ts';
import { BatonError } from '../../contract/errors.ts';
import type { NodeReport } from '../../contract/galera.ts';
import type { GaleraAgent } from '../agent.ts';
import { crashed, decideOn, serving } from '../testing/example-evidence.ts';
import { fakeAgent } from '../testing/fake-agent.ts';
import { runSteps } from '../testing/run-steps.ts';
import { join } from './join.ts';
import { taskOf } from './task.ts';

function answer(report: NodeReport): GaleraAnswer {
  if (report.kind !== 'seen') throw new Error('no report');
  return { evidence: report.evidence, work: { kind: 'none', startedAt: null, endedAt: null, error: null } };
}

test('an agent of the first node that is silent for a moment does not end the step of another', async () => {
  const reports = [crashed('db-1', 12), crashed('db-2', 11)];
  const task = taskOf('wiki', decideOn(reports), reports, 'db-1');
  let asked = 0;
  const agents: Record<string, GaleraAgent> = {
    'db-1': fakeAgent({
      evidence: async () => {
        asked += 1;
        if (asked === 1) throw new BatonError('unavailable', 'read ECONNRESET');
        return await Promise.resolve(answer(serving('db-1')));
      },
    }),
    'db-2': fakeAgent({ evidence: async () => await Promise.resolve(answer(serving('db-2'))) }),
  };
  const { steps } = await runSteps(task, [join(task, 'db-2')], (node) => agents[node] ?? null);
  expect(steps).toMatchObject([{ state: 'skipped', note: 'db-2 is Synced already' }]);
  expect(asked).toBe(2);
});
