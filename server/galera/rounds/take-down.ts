import { BatonError } from '../../contract/errors.ts';
import type { FollowUp } from '../../contract/operation.ts';
import { done, failed, skipped, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { agentOf, whyNotBegun } from '../recovery/context.ts';
import { wrongOnceSettled, untilDown } from './look-at.ts';
import { startAgain, startHands } from './start-again.ts';
import { lastOf, notStopped, stoppedMark, type Round, type RoundContext } from './task.ts';

/** A large buffer pool takes its time to be written; the service manager's own bound is mostly shorter. */
const STOP_MS = 20 * 60_000;

/**
 * One node is stopped in order, once all others that are to go on serving are seen to. Its inverse is to start it again. The
 * last of a stop ends the writes: from there it goes forward.
 */
export function takeDown(round: Round, node: string): Step<RoundContext> {
  const others = stillServing(round, node);
  const last = others.length === 0;
  return {
    id: `stop-${node}`,
    name: `stop ${node}`,
    server: node,
    deadlineMs: STOP_MS,
    ...(last ? { pointOfNoReturn: true, essential: true } : {}),
    async run(context, act) {
      const { evidence, work } = await agentOf(context, node).evidence();
      const busy = work.startedAt !== null && work.endedAt === null;
      const own = context.stopped.has(node);
      if (evidence.alive.kind === 'down' && !busy) return await foundDown(context, act, node, others);
      // What it was told before its console died goes on, and no word holds it: the others are seen to behind it.
      if (!own || !busy || work.kind !== 'stopping') {
        const wrong = await wrongOnceSettled(context, act, [node, ...others]);
        // What was told in another life may have come to its end meanwhile: that it has not is not said.
        if (wrong !== null) return (own ? failed : nothing)(`${wrong}: ${node} is not stopped`);
        const refusal = await tellToStop(context, act, node);
        if (refusal !== null) return nothing(refusal);
      }
      return await ended(context, act, node, others);
    },
    undo: async (context, act) => await startAgain(context, act, node),
    hands: ({ round: { cluster } }) => [last ? stopHands(cluster, node) : startHands(cluster, node, 'see its step')],
  };
}

/** Who goes on serving while the node is down. */
export function stillServing({ act, order }: Round, node: string): string[] {
  return act === 'restart' ? order.filter((name) => name !== node) : order.slice(order.indexOf(node) + 1);
}

const nothing = (error: string): StepEnd => ({ kind: 'failed', error, nothingHappened: true });

/** Whoever takes it up may find the end of a stop that its console had begun. */
async function foundDown(context: RoundContext, act: Act, node: string, others: readonly string[]): Promise<StepEnd> {
  if (context.round.act === 'restart' && !context.stopped.has(node))
    return failed(`${node} is down, and nobody here has stopped it`);
  return (await whyNotWhole(context, act, node, others)) ?? skipped('it is down already');
}

/** The word is in the journal before it goes out, so that an undo knows whose stop it was. Answers why it was not given. */
async function tellToStop(context: RoundContext, act: Act, node: string): Promise<string | null> {
  try {
    await act.record(stoppedMark(node), true);
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    return `${node} is not stopped: ${error.message}`;
  }
  context.stopped.add(node);
  const refusal = await whyNotBegun(async () => await agentOf(context, node).stop(false));
  if (refusal !== null) notStopped(context, act, node);
  return refusal;
}

async function ended(context: RoundContext, act: Act, node: string, others: readonly string[]): Promise<StepEnd> {
  const end = await untilDown(context, act, node);
  if (end.kind === 'serves') return nothing(`${node} could not be stopped: ${end.error}`);
  if (end.kind === 'late') return failed(`${node} was not down in time; it was last seen ${end.last}`);
  if (node === lastOf(context.round) && others.length === 0) context.stoppedAt = end.seqno;
  const notWhole = await whyNotWhole(context, act, node, others);
  if (notWhole) return notWhole;
  return done(end.seqno === null || end.seqno === '-1' ? `${node} is down` : `${node} is down, at ${end.seqno}`);
}

/** The failure, where those that are to serve on don't, behind a node that is down. */
async function whyNotWhole(
  context: RoundContext,
  act: Act,
  node: string,
  others: readonly string[],
): Promise<StepEnd | null> {
  const wrong = others.length === 0 ? null : await wrongOnceSettled(context, act, others);
  return wrong === null ? null : failed(`${node} is down, and of the others ${wrong}`);
}

function stopHands(cluster: string, node: string): FollowUp {
  return {
    text: `${node}, the last one, was told to stop and was not seen to be down. Look at it before anything is started.`,
    method: null,
    path: null,
    body: null,
    command: `baton galera evidence ${cluster}`,
  };
}
