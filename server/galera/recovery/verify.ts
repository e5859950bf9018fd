import { messageOf } from '../../contract/errors.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import { joinedOf, nobodyServes, statusOf, type RecoveryContext } from './context.ts';
import { handsOf } from './hands.ts';
import { SETTLE_MS, settled } from './settled.ts';
import { membersWith, type Task } from './task.ts';

/** Observed, not assumed: one Primary component of all that have joined, one history, all Synced. */
export function verify(task: Task): Step<RecoveryContext> {
  return {
    id: 'verify',
    name: 'verify',
    server: 'all',
    deadlineMs: SETTLE_MS,
    async run(context, act) {
      for (const member of membersWith(task, 'unknown')) act.followUp(handsOf.unknown(task, member));
      const wanted = joinedOf(context);
      const { wrong, found } = await settled(context, act, wanted, task.position.uuid);
      if (wrong === null) return done(`${wanted.join(', ')}: one Primary component, one history, all Synced`);
      const begun = found.find(({ name }) => name === task.node);
      return begun?.status?.clusterStatus === 'non-primary' ? nobodyServes(context, act) : failed(wrong);
    },
  };
}

/** The position from which the next decision measures. */
export function recordFloor(task: Task): Step<RecoveryContext> {
  return {
    id: 'record',
    name: 'record',
    server: task.node,
    deadlineMs: SETTLE_MS,
    async run(context) {
      const status = await statusOf(context, task.node);
      const seqno = status?.lastCommitted ?? task.position.seqno;
      const at = new Date(context.parts.now()).toISOString();
      try {
        await context.records.setFloor({ uuid: task.position.uuid, seqno, at });
      } catch (error) {
        return failed(`the position could not be recorded: ${messageOf(error)}`);
      }
      return done(`${task.position.uuid.slice(0, 8)}:${seqno} is what the next decision measures from`);
    },
  };
}
