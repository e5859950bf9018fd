import { BatonError } from '../../contract/errors.ts';
import type { NodeStatus } from '../../contract/galera-status.ts';
import { done, failed, skipped, type Step } from '../../operations/step.ts';
import { startPosition } from '../parse/recovered.ts';
import { agentOf, isSynced, statusIn, untilSynced, whyNot, type RecoveryContext } from './context.ts';
import { handsOf } from './hands.ts';
import { memberOf, type Task, type TaskMember } from './task.ts';

/** A full copy of a large node takes hours, and the cluster is in use meanwhile. */
const JOIN_MS = 24 * 3_600_000;
const ACT_MS = 15_000;

/** Whether a node can take what it missed from the others' caches, or takes a full copy. */
export function transferOf(member: TaskMember, donor: NodeStatus | null): 'ist' | 'sst' | 'unknown' {
  if (member.part !== 'join' || member.position === null) return 'sst';
  if (donor === null) return 'unknown';
  if (donor.cachedDownto === null) return 'sst';
  return BigInt(donor.cachedDownto) <= BigInt(member.position.seqno) + 1n ? 'ist' : 'sst';
}

const transferWords = {
  ist: 'takes what it missed',
  sst: 'takes a full copy',
  unknown: 'takes what it missed, or a full copy',
};

/** One node after the other: a donor is busy, and with two joining at once a third that dies leaves no Primary. */
export function join(task: Task, node: string): Step<RecoveryContext> {
  return {
    id: `join-${node}`,
    name: `join ${node}`,
    server: node,
    deadlineMs: JOIN_MS,
    alreadyDone: async (context) => await isMember(context, node),
    async run(context, act) {
      const already = await isMember(context, node);
      if (already !== null) return skipped(already);
      const member = memberOf(task, node);
      const donor = statusIn(await agentOf(context, task.node).evidence());
      if (donor?.clusterStatus !== 'primary') return failed(`${task.node} is not Primary any more`);
      const foretold = transferOf(member, donor);
      act.log(`${node} ${transferWords[foretold]}\n`);
      const position = member.part === 'join' && member.position ? startPosition(member.position) : null;
      const { alive } = (await agentOf(context, node).evidence()).evidence;
      if (alive.kind === 'down') {
        act.statement(`mariadbd${position === null ? '' : ` --wsrep-start-position=${position}`}  -- ${node}`);
        const refusal = await begun(context, node, position);
        if (refusal !== null) return failed(refusal);
      }
      const waited = await untilSynced(context, act, node);
      if (waited.kind !== 'synced')
        return failed(`${whyNot(node, waited)} (it was foretold that it ${transferWords[foretold]})`);
      return done(`${node} is Synced; it was foretold that it ${transferWords[foretold]}`);
    },
    hands: () => [handsOf.start(task, node, 'see this step')],
  };
}

/** null: the start is under way, or may be. */
async function begun(context: RecoveryContext, node: string, position: string | null): Promise<string | null> {
  try {
    await agentOf(context, node).start({ bootstrap: false, position, forgetView: true });
    return null;
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    return error.code === 'unavailable' || error.code === 'already-running' ? null : error.message;
  }
}

async function isMember(context: RecoveryContext, node: string): Promise<string | null> {
  return isSynced(statusIn(await agentOf(context, node).evidence())) ? `${node} is Synced already` : null;
}

/**
 * A node with rows that the cluster gives up stays down, with every file as it is. Its options do not let it start: a service
 * manager would have it erased by a full copy at the next reboot.
 */
export function keepDown(task: Task, node: string): Step<RecoveryContext> {
  return {
    id: `keep-${node}`,
    name: `keep ${node}`,
    server: node,
    deadlineMs: ACT_MS,
    async run(context, act) {
      act.followUp(handsOf.keep(task, memberOf(task, node)));
      const { alive, kept } = (await agentOf(context, node).evidence()).evidence;
      if (alive.kind !== 'down') return failed(`${node} is not down any more: ${alive.kind}`);
      if (kept) return skipped('it is kept down already');
      const { evidence } = await agentOf(context, node).keepDown();
      if (!evidence.kept)
        return failed(
          `nothing keeps ${node} from being started, which would erase what it holds: its options set wsrep_provider after its start file; include that last`,
        );
      return done('it stays down with its data, whoever tries to start it');
    },
  };
}
