import type { Operation } from '../../contract/operation.ts';
import { Operations } from '../../operations/operations.ts';
import type { Step } from '../../operations/step.ts';
import { FakeStore } from '../../operations/testing/fake-store.ts';
import type { GaleraAgent } from '../agent.ts';
import type { RecoveryContext } from '../recovery/context.ts';
import { PositionRecords } from '../recovery/records.ts';
import type { Task } from '../recovery/task.ts';

/** For tests: runs these steps of a recovery, with these agents, as an operation on a fake store. Answers how it ended. */
export async function runSteps(
  task: Task,
  steps: readonly Step<RecoveryContext>[],
  agent: (node: string) => GaleraAgent | null,
): Promise<Operation> {
  const { journal, leases, memory } = new FakeStore();
  const how = { now: Date.now, newId: () => 'op-1', holder: 'console', onOperation: () => undefined };
  const operations = new Operations({ journal, leases, memory, ...how });
  const members = task.members.map(({ name }) => name);
  const context: RecoveryContext = {
    task,
    parts: { cluster: { name: task.cluster, members }, agent, now: Date.now },
    records: new PositionRecords(memory, task.cluster, Date.now),
    flag: null,
    left: new Set<string>(),
  };
  await operations.start(
    { kind: 'galera-recovery', cluster: task.cluster, target: task.node, title: '', actor: 'ana', dryRun: false },
    '{}',
    { steps, context, budgetMs: 10_000, undoMs: 1_000, summary: () => '', close: () => Promise.resolve() },
  );
  return await operations.ended('op-1');
}
