import type { Outcome } from '../../contract/operation.ts';
import type { PlannedStep } from '../../contract/takeover.ts';
import type { Ending, Program } from '../../operations/program.ts';
import type { Step } from '../../operations/step.ts';
import { bootstrap, makePrimary, verifyHistory } from './begin-cluster.ts';
import { compareRows } from './compare-rows.ts';
import type { RecoveryContext } from './context.ts';
import { join, keepDown } from './join.ts';
import { clearSwitches, readAgain, setFlag } from './prepare.ts';
import { membersWith, type Task } from './task.ts';
import { recordFloor, verify } from './verify.ts';

/** Reading positions again may mean a crash recovery of each node. */
const BUDGET_MS = 10 * 60_000;
const UNDO_MS = 20_000;

/** The steps in their order. What is kept is marked before anybody can start it into the new cluster. */
export function recoverySteps(task: Task): Step<RecoveryContext>[] {
  const names = (...parts: Parameters<typeof membersWith>[1][]): string[] =>
    membersWith(task, ...parts).map(({ name }) => name);
  const begin =
    task.act === 'bootstrap' ? [clearSwitches(), setFlag(task), bootstrap(task)] : [clearSwitches(), makePrimary(task)];
  return [
    readAgain(),
    ...begin,
    verifyHistory(task),
    ...names('keep').map((name) => keepDown(task, name)),
    ...names('join').map((name) => join(task, name)),
    ...names('copy').map((name) => join(task, name)),
    verify(task),
    compareRows(),
    recordFloor(task),
  ];
}

/** What the runner runs for the task. */
export function programOf(context: RecoveryContext): Program<RecoveryContext> {
  return {
    steps: recoverySteps(context.task),
    context,
    budgetMs: BUDGET_MS,
    undoMs: UNDO_MS,
    summary: summaryOf,
    close: () => Promise.resolve(),
  };
}

function summaryOf({ task }: RecoveryContext, { outcome, failure }: Ending): string {
  const { cluster, node, position, givesUp } = task;
  const why = failure ? `${failure.step} on ${failure.server}: ${failure.error}.` : '';
  const lost = givesUp.length === 0 ? 'nothing was given up' : `given up: ${givesUp.join('; ')}`;
  const success = `${cluster} runs again from ${node}, at ${position.seqno}; ${lost}.`;
  const sentences: Readonly<Record<Outcome, string>> = {
    succeeded: success,
    'succeeded-with-follow-ups': `${success} Something is left to do.`,
    refused: `Refused: ${failure?.error ?? 'not allowed'}. Nothing was changed.`,
    'cancelled-restored': 'Cancelled before anything was started; the nodes are as they were.',
    'failed-restored': `${why} Nothing was started; the nodes are as they were.`,
    'failed-needs-hands': `${why} See what is left to do before anything is started.`,
    unknown: 'How it ended is not known.',
  };
  return sentences[outcome];
}

const texts: Readonly<Record<string, string>> = {
  evidence: 'reads what every node knows once more; what has changed since the review stops it',
  switches: 'no node is told to begin a cluster by itself',
  flag: 'sets safe_to_bootstrap, with the former grastate.dat kept',
  bootstrap: 'starts it as the first of the cluster, from its position; never twice',
  'make-primary': 'makes the component of the survivors Primary',
  history: 'the history is the same, and goes on from its number',
  compare: 'the rows of all nodes are compared by checksum, as many tables as fit into a minute',
  verify: 'one Primary component, one history, all Synced',
  record: 'records the position, from which a next decision measures',
};

/** The steps as a plan shows them. */
export function plannedSteps(task: Task): PlannedStep[] {
  return recoverySteps(task).map(({ id, name, server, pointOfNoReturn }) => ({
    id,
    name,
    server,
    pointOfNoReturn: pointOfNoReturn === true,
    willRun: true,
    text:
      texts[id] ??
      (id.startsWith('keep-') ? 'stays down with the rows that are given up' : 'is started, and waited for'),
    statements: [],
  }));
}
