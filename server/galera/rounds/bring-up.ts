import { done, failed, type Step } from '../../operations/step.ts';
import { agentOf, isSynced, startInto, statusIn, untilSynced, whyNot } from '../recovery/context.ts';
import { givenUpByStart, joinPosition } from '../recovery/one-node.ts';
import { wrongOnceSettled } from './look-at.ts';
import { startHands } from './start-again.ts';
import { notStopped, startFailed, type Round, type RoundContext } from './task.ts';

/** A full copy of a large node takes hours, and the cluster is in use meanwhile. */
const JOIN_MS = 24 * 3_600_000;

/** The node that was stopped comes back, and is Synced before the next one is touched. */
export function bringUp({ cluster, order }: Round, node: string): Step<RoundContext> {
  return {
    id: `start-${node}`,
    name: `start ${node}`,
    server: node,
    deadlineMs: JOIN_MS,
    alreadyDone: async (context, act) => {
      if (!isSynced(statusIn(await agentOf(context, node).evidence()))) return null;
      notStopped(context, act, node);
      return `${node} is Synced`;
    },
    async run(context, act) {
      const { decision, reports } = await context.look(true);
      const report = reports.find(({ name }) => name === node);
      if (report?.kind !== 'seen') return failed(report?.reason ?? `nothing is known of ${node}`);
      if (decision.situation !== 'running') return failed(decision.text);
      if (report.evidence.alive.kind === 'down') {
        const given = givenUpByStart(decision, reports, node);
        if (given !== null) return failed(`${node} would take a full copy, which erases ${given}`);
        const position = joinPosition(decision, reports, node);
        const refusal = await startInto(context, act, node, position);
        if (refusal !== null) return failed(refusal);
      }
      const waited = await untilSynced(context, act, node);
      if (waited.kind === 'ended') startFailed(context, act, node, waited.error);
      if (waited.kind !== 'synced') return failed(whyNot(node, waited));
      notStopped(context, act, node);
      const wrong = await wrongOnceSettled(context, act, order);
      return wrong === null ? done(`${node} is Synced, and the cluster is whole`) : failed(wrong);
    },
    hands: () => [startHands(cluster, node, 'see its step')],
  };
}
