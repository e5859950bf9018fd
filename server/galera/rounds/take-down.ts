import type { FollowUp } from '../../contract/operation.ts';
import { done, failed, skipped, type Act, type Step, type StepEnd, type UndoEnd } from '../../operations/step.ts';
import { agentOf, isSynced, untilSynced, whyNot, whyNotBegun } from '../recovery/context.ts';
import { joinPosition } from '../recovery/one-node.ts';
import { settled, untilDown, wrongNow } from './look-at.ts';
import { lastOf, type Round, type RoundContext } from './task.ts';

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
    alreadyDone: async (context) => ((await isDown(context, node)) ? `${node} is down` : null),
    async run(context, act) {
      if (await isDown(context, node)) {
        // Whoever takes it up may find the end of a stop that its console had begun.
        if (round.act === 'restart' && !act.operation.takenUp)
          return failed(`${node} is down, and nobody here has stopped it`);
        return skipped('it is down already');
      }
      const wrong = await wrongNow(context, [node, ...others]);
      // A stop that was begun before its console died is not told from a node that leaves: it is waited for.
      if (wrong !== null && !act.operation.takenUp) return nothing(`${wrong}: ${node} is not stopped`);
      const refusal = await whyNotBegun(async () => await agentOf(context, node).stop(false));
      if (refusal !== null) return nothing(refusal);
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

async function isDown(context: RoundContext, node: string): Promise<boolean> {
  const { evidence, work } = await agentOf(context, node).evidence();
  return evidence.alive.kind === 'down' && (work.startedAt === null || work.endedAt !== null);
}

async function ended(context: RoundContext, act: Act, node: string, others: readonly string[]): Promise<StepEnd> {
  const end = await untilDown(context, act, node);
  if (end.kind === 'serves') return nothing(`${node} could not be stopped: ${end.error}`);
  if (end.kind === 'late') return failed(`${node} was not down in time; it was last seen ${end.last}`);
  if (node === lastOf(context.round) && others.length === 0) context.stoppedAt = end.seqno;
  const wrong = others.length === 0 ? null : await settled(context, act, others);
  if (wrong !== null) return failed(`${node} is down, and of the others ${wrong}`);
  return done(end.seqno === null || end.seqno === '-1' ? `${node} is down` : `${node} is down, at ${end.seqno}`);
}

/** The inverse: the node is started into the cluster that runs, one at a time, and waited for. */
async function startAgain(context: RoundContext, act: Act, node: string): Promise<UndoEnd> {
  const { cluster, order } = context.round;
  const { decision, reports, work } = await context.look(true);
  const report = reports.find(({ name }) => name === node);
  if (report?.kind !== 'seen') throw new Error(report?.reason ?? 'nothing is known of it');
  const { alive } = report.evidence;
  const own = work.find(({ name }) => name === node)?.work;
  // Told to stop it serves for a moment more.
  if (own?.kind === 'stopping' && own.endedAt === null) throw new Error(`${node} is still ending`);
  if (isSynced(alive.kind === 'serving' ? alive.status : null)) return { kind: 'nothing' };
  let begun = own?.kind === 'starting';
  if (alive.kind === 'down') {
    // What has failed is not tried again until somebody has looked.
    if (context.failed.has(node)) return givenUp(cluster, node, 'its start has failed');
    // What is not known now may be known in a second; a cluster that is gone is for a recovery, which this keeps waiting.
    if (decision.situation === 'member-unknown') throw new Error(decision.text);
    if (decision.situation !== 'running') return givenUp(cluster, node, decision.text);
    const joining = reports.find((one) => one.name !== node && order.includes(one.name) && comes(one, work));
    if (joining) throw new Error(`waits until ${joining.name} is Synced`);
    const position = joinPosition(decision, reports, node);
    await agentOf(context, node).start({ bootstrap: false, position, forgetView: true });
    begun = true;
  }
  const waited = await untilSynced(context, act, node);
  if (waited.kind === 'synced') return { kind: 'undone', note: `${node} serves again` };
  // Where nothing was begun it has come to its end, and is started by the next try.
  if (waited.kind === 'late' || !begun) throw new Error(whyNot(node, waited));
  return givenUp(cluster, node, waited.error);
}

/** Whether a node is on its way into the cluster. */
function comes(
  report: Awaited<ReturnType<RoundContext['look']>>['reports'][number],
  work: Awaited<ReturnType<RoundContext['look']>>['work'],
): boolean {
  if (report.kind === 'unknown') return false;
  const { alive } = report.evidence;
  if (alive.kind === 'serving') return alive.status.localState !== 'Synced';
  const own = work.find(({ name }) => name === report.name)?.work;
  return alive.kind === 'waiting' || (own?.kind === 'starting' && own.endedAt === null);
}

function givenUp(cluster: string, node: string, why: string): UndoEnd {
  return { kind: 'given-up', note: why, followUps: [startHands(cluster, node, why)] };
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

/** A node that was left down, with the button that starts it. */
export function startHands(cluster: string, node: string, why: string): FollowUp {
  return {
    text: `${node} is down, or on its way: ${why}. Start it when that is mended.`,
    method: 'POST',
    path: `/api/v1/clusters/${cluster}/galera/nodes/${node}/start`,
    body: {},
    command: `baton galera start ${cluster}/${node}`,
  };
}
