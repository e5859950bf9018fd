import type { FollowUp } from '../../contract/operation.ts';
import type { Act, UndoEnd } from '../../operations/step.ts';
import { agentOf, isSynced, untilSynced, whyNot } from '../recovery/context.ts';
import { givenUpByStart, joinPosition } from '../recovery/one-node.ts';
import { startFailed, type RoundContext } from './task.ts';

/** The inverse of a stop of this round: the node is started into the cluster that runs, one at a time, and waited for. */
export async function startAgain(context: RoundContext, act: Act, node: string): Promise<UndoEnd> {
  // Down before, or by somebody else's hand: whoever did that starts it.
  if (!context.stopped.has(node)) return { kind: 'nothing' };
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
    const failed = context.failed.get(node);
    if (failed !== undefined) return givenUp(cluster, node, `its start has failed: ${failed}`);
    // What is not known now may be known in a second; a cluster that is gone is for a recovery, which this keeps waiting.
    if (decision.situation === 'member-unknown') throw new Error(decision.text);
    if (decision.situation !== 'running') return givenUp(cluster, node, decision.text);
    const joining = reports.find((one) => one.name !== node && order.includes(one.name) && comes(one, work));
    if (joining) throw new Error(`waits until ${joining.name} is Synced`);
    const given = givenUpByStart(decision, reports, node);
    if (given !== null) return givenUp(cluster, node, `it would take a full copy, which erases ${given}`);
    const position = joinPosition(decision, reports, node);
    await agentOf(context, node).start({ bootstrap: false, position, forgetView: true });
    begun = true;
  }
  const waited = await untilSynced(context, act, node);
  if (waited.kind === 'synced') return { kind: 'undone', note: `${node} serves again` };
  // Where nothing was begun it has come to its end, and is started by the next try.
  if (waited.kind === 'late' || !begun) throw new Error(whyNot(node, waited));
  startFailed(context, act, node, waited.error);
  return givenUp(cluster, node, `its start has failed: ${waited.error}`);
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
