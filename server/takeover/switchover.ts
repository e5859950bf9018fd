import type { Step } from '../operations/step.ts';
import type { TakeoverContext } from './context.ts';
import { goOn } from './go-on.ts';
import { hookSteps } from './hooks/hook-steps.ts';
import { catchUp } from './steps/catch-up.ts';
import { drain } from './steps/drain.ts';
import { events } from './steps/events.ts';
import { freeze } from './steps/freeze.ts';
import { lock } from './steps/lock.ts';
import { longWrites } from './steps/long-writes.ts';
import { open } from './steps/open.ts';
import { promote } from './steps/promote.ts';
import { record } from './steps/record.ts';
import { repointOld } from './steps/repoint-old.ts';
import { repointOthers } from './steps/repoint-others.ts';
import { report } from './steps/report.ts';
import { seal } from './steps/seal.ts';
import { services } from './steps/services.ts';
import { sources } from './steps/sources.ts';
import { verify } from './steps/verify.ts';
import type { Task } from './task.ts';

/** The steps of a switchover. Their order is the guarantee that nothing is lost. */
export function switchoverSteps(task: Task): Step<TakeoverContext>[] {
  const { target, oldPrimary, others } = task;
  if (oldPrimary === null) throw new Error('a switchover has an old primary');
  const reachable = task.servers.filter((server) => server.reachable).map(({ name }) => name);
  return [
    lock(reachable, [oldPrimary, target]),
    record(),
    catchUp(target),
    longWrites(oldPrimary),
    ...hookSteps(task, 'beforeFencing'),
    freeze(oldPrimary),
    seal(oldPrimary),
    drain(target),
    promote(target),
    open(target),
    ...hookSteps(task, 'afterPromotion'),
    goOn(events(target)),
    ...(task.sources.length > 0 ? [goOn(sources(target))] : []),
    goOn(repointOld(oldPrimary)),
    goOn(repointOthers(others)),
    services(target),
    goOn(verify(target, [oldPrimary, ...others])),
    report(target),
    ...hookSteps(task, 'onFailure'),
  ];
}
