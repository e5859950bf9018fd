import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../../contract/errors.ts';
import type { NodeStatus } from '../../contract/galera-status.ts';
import { done, failed, skipped, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { startPosition } from '../parse/recovered.ts';
import {
  agentOf,
  isSynced,
  nobodyServes,
  startInto,
  statusIn,
  untilSynced,
  whyNot,
  type RecoveryContext,
} from './context.ts';
import { handsOf } from './hands.ts';
import { membersWith, memberOf, type Task, type TaskMember } from './task.ts';
import { foretell, foretoldWords, tookBy, tookText } from './transfer.ts';

/** A full copy of a large node takes hours, and the cluster is in use meanwhile. */
const JOIN_MS = 24 * 3_600_000;
const ACT_MS = 15_000;
/** By the defaults of the group a death is noticed after 6 s (measured). */
const NOTICED_MS = 30_000;
const PAUSE_MS = 200;

/** One node after the other: a donor is busy, and with two joining at once a third that dies leaves no Primary. */
export function join(task: Task, node: string): Step<RecoveryContext> {
  return {
    id: `join-${node}`,
    name: `join ${node}`,
    server: node,
    deadlineMs: JOIN_MS,
    alreadyDone: async (context) =>
      isSynced(statusIn(await agentOf(context, node).evidence())) ? `${node} is Synced already` : null,
    async run(context, act) {
      // Until it has joined, however this step ends.
      context.left.add(node);
      const end = await joined(context, act, memberOf(task, node));
      if (end.kind !== 'failed') context.left.delete(node);
      return end;
    },
    hands: () => [handsOf.start(task, node, 'see this step')],
  };
}

async function joined(context: RecoveryContext, act: Act, member: TaskMember): Promise<StepEnd> {
  const { name: node } = member;
  const first = context.task.node;
  const [own, donor] = await Promise.all([agentOf(context, node).evidence(), statusOnceNoticed(context, act, node)]);
  if (isSynced(statusIn(own))) return skipped(`${node} is Synced already`);
  if (donor?.clusterStatus === 'non-primary') return nobodyServes(context, act);
  if (donor?.clusterStatus !== 'primary') return failed(`${first} is not Primary any more`);
  const foretold = foretell(member, donor);
  act.log(`${node} ${foretoldWords[foretold]}\n`);
  const position = member.part === 'join' && member.position ? startPosition(member.position) : null;
  if (own.evidence.alive.kind === 'down') {
    const refusal = await startInto(context, act, node, position);
    if (refusal !== null) return failed(refusal);
  }
  const waited = await untilSynced(context, act, node);
  if (waited.kind !== 'synced')
    return failed(`${whyNot(node, waited)} (it was foretold that it ${foretoldWords[foretold]})`);
  const took = await tookBy(context, node);
  act.remember(`transfer-${node}`, { foretold, took });
  return done(`${node} is Synced; ${tookText(foretold, took)}`);
}

/**
 * What the first node says. Where one has failed to join, it is waited for that the others notice: only then it shows whether
 * they have a majority without it.
 */
async function statusOnceNoticed(context: RecoveryContext, act: Act, node: string): Promise<NodeStatus | null> {
  const { task } = context;
  const names = [...membersWith(task, 'begin', 'serving'), ...membersWith(task, 'join'), ...membersWith(task, 'copy')];
  const before = names.slice(0, names.indexOf(memberOf(task, node))).filter(({ name }) => !context.left.has(name));
  const until = performance.now() + NOTICED_MS;
  for (;;) {
    const late = performance.now() > until;
    try {
      const status = statusIn(await agentOf(context, task.node).evidence());
      const counted = status?.clusterStatus === 'primary' ? status.clusterSize : 0;
      if (context.left.size < 2 || counted <= before.length || late) return status;
      act.waitsFor(`${task.node} to notice who is gone`);
    } catch (error) {
      // An agent that is silent for a moment says nothing of its node.
      if (!(error instanceof BatonError) || late) throw error;
      act.waitsFor(error.message);
    }
    await delay(PAUSE_MS);
  }
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
