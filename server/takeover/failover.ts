import type { Step } from '../operations/step.ts';
import type { TakeoverContext } from './context.ts';
import { goOn } from './go-on.ts';
import { hookSteps } from './hooks/hook-steps.ts';
import { confirmDead } from './steps/confirm-dead.ts';
import { drainReceived } from './steps/drain-received.ts';
import { events } from './steps/events.ts';
import { fence } from './steps/fence.ts';
import { lock } from './steps/lock.ts';
import { open } from './steps/open.ts';
import { promote } from './steps/promote.ts';
import { record } from './steps/record.ts';
import { repointOthers } from './steps/repoint-others.ts';
import { report } from './steps/report.ts';
import { services } from './steps/services.ts';
import { sources } from './steps/sources.ts';
import { verify } from './steps/verify.ts';
import { failoverReplicas, type Task } from './task.ts';

/** The steps of a failover: the old primary is gone, and what the target has received is all there is. */
export function failoverSteps(task: Task): Step<TakeoverContext>[] {
  const { target, oldPrimary, others } = task;
  if (oldPrimary === null) throw new Error('a failover has an old primary');
  const replicas = failoverReplicas(task);
  return [
    lock(replicas, replicas),
    // Nobody takes writes meanwhile: what does not need the other runs beside it.
    { ...record(replicas), beside: true },
    { ...confirmDead(oldPrimary, target, others), beside: true },
    ...hookSteps(task, 'beforeFencing'),
    { ...fence(oldPrimary), until: 'open' },
    { ...drainReceived(target), beside: true },
    promote(target),
    open(target),
    ...hookSteps(task, 'afterPromotion'),
    goOn(events(target)),
    ...(task.sources.length > 0 ? [goOn(sources(target))] : []),
    goOn(repointOthers(others)),
    services(target),
    goOn(verify(target, others)),
    report(target),
    ...hookSteps(task, 'onFailure'),
  ];
}
