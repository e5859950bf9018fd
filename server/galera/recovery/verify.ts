import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../contract/errors.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import { joinedOf, nobodyServes, statusOf, type RecoveryContext } from './context.ts';
import { handsOf } from './hands.ts';
import { membersWith, type Task } from './task.ts';
import { wrongWith } from './wrong-with.ts';

/** A view settles within seconds of the last join. */
const SETTLE_MS = 30_000;
const PAUSE_MS = 200;

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
      for (;;) {
        const found = await Promise.all(wanted.map(async (name) => ({ name, status: await statusOf(context, name) })));
        const wrong = wrongWith(found, task.position.uuid);
        if (wrong === null) return done(`${wanted.join(', ')}: one Primary component, one history, all Synced`);
        if (act.deadline.remainingMs() === 0) {
          const begun = found.find(({ name }) => name === task.node);
          return begun?.status?.clusterStatus === 'non-primary' ? nobodyServes(context, act) : failed(wrong);
        }
        act.waitsFor(wrong);
        await delay(PAUSE_MS);
      }
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
