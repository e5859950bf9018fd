import type { RoundAct } from '../../contract/galera-rounds.ts';
import type { Outcome } from '../../contract/operation.ts';
import type { PlannedStep } from '../../contract/takeover.ts';
import type { Ending, Program } from '../../operations/program.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import { bringUp } from './bring-up.ts';
import { chooseRound } from './choose.ts';
import { takeDown } from './take-down.ts';
import { lastOf, type Round, type RoundContext } from './task.ts';
import { verifyRestarted, verifyStopped } from './verify.ts';

/** Each step has a bound of its own; together they may be as long as a full copy of every node. */
const BUDGET_MS = 7 * 24 * 3_600_000;
/** Nodes that were stopped come back by what they missed, one after the other. */
const UNDO_MS = 10 * 60_000;
const LOOK_MS = 30_000;

/** The steps in their order. */
export function roundSteps(round: Round): Step<RoundContext>[] {
  const { act, order } = round;
  const nodes = order.flatMap((node) =>
    act === 'stop' ? [takeDown(round, node)] : [takeDown(round, node), bringUp(round, node)],
  );
  return [lookAtAll(round), ...nodes, act === 'stop' ? verifyStopped(round) : verifyRestarted(round)];
}

/** What the runner runs. */
export function programOf(context: RoundContext): Program<RoundContext> {
  return {
    steps: roundSteps(context.round),
    context,
    budgetMs: BUDGET_MS,
    undoMs: UNDO_MS,
    summary: summaryOf,
    close: () => Promise.resolve(),
  };
}

/** Under the lease once more: nothing is taken down while a node is missing. Whoever takes it up in this has stopped none. */
function lookAtAll({ act, order }: Round): Step<RoundContext> {
  return {
    id: 'look',
    name: 'look at all',
    server: 'all',
    deadlineMs: LOOK_MS,
    readsOnly: true,
    async run({ look }) {
      const { decision, reports } = await look(false);
      const choice = chooseRound(act, decision, reports, order.at(-1));
      if (choice.blocked !== null) return { kind: 'refused', error: choice.blocked };
      if (choice.order.join() !== order.join())
        return failed(`meant were ${order.join(', ')}; ${choice.order.join(', ')} run`);
      return done(`${order.join(', ')}: one Primary component, all Synced`);
    },
  };
}

function summaryOf({ round, stoppedAt }: RoundContext, { outcome, failure, view }: Ending): string {
  const { cluster, act } = round;
  const last = lastOf(round);
  const at = stoppedAt === null || stoppedAt === '-1' ? '' : `, at ${stoppedAt}`;
  const why = failure ? `${failure.step}: ${failure.error}.` : '';
  const success =
    act === 'stop'
      ? `${cluster} is stopped. ${last} stopped last${at}: it begins the cluster again.`
      : `${cluster} has restarted, one node after the other.`;
  const restored = view.steps.some(({ state }) => state === 'undone')
    ? 'What was stopped was started again.'
    : 'It leaves no node stopped.';
  const sentences: Readonly<Record<Outcome, string>> = {
    succeeded: success,
    'succeeded-with-follow-ups': `${success} Something is left to do.`,
    refused: `Refused: ${failure?.error ?? 'not allowed'}. Nothing was changed.`,
    'cancelled-restored': `Cancelled. ${restored}`,
    'failed-restored': `${why} ${restored}`,
    'failed-needs-hands': `${why} ${act === 'restart' ? 'No other node was taken down. ' : ''}See what is left to do.`,
    unknown: 'How it ended is not known.',
  };
  return sentences[outcome].trim();
}

/** The steps as a plan shows them. */
export function plannedSteps(round: Round): PlannedStep[] {
  return roundSteps(round).map(({ id, name, server, pointOfNoReturn }) => ({
    id,
    name,
    server,
    pointOfNoReturn: pointOfNoReturn === true,
    willRun: true,
    text: textOf(round.act, id, server),
    statements: [],
  }));
}

function textOf(act: RoundAct, id: string, server: string): string {
  if (id === 'look') return 'all that run are members of one Primary component and Synced; else it is refused';
  if (id.startsWith('start-')) return 'is started, and waited for until it is Synced and the cluster is whole';
  if (id === 'verify')
    return act === 'stop'
      ? 'all are down, the last one has the last transaction, and its position is recorded'
      : 'one Primary component, one history, all Synced';
  return `${server} leaves in order: its connections end; the others are seen to before and behind it`;
}
