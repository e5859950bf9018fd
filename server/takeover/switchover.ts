import type { Step } from '../operations/step.ts';
import type { TakeoverContext } from './context.ts';
import { catchUp } from './switchover-steps/catch-up.ts';
import { drain } from './switchover-steps/drain.ts';
import { events } from './switchover-steps/events.ts';
import { freeze } from './switchover-steps/freeze.ts';
import { lock } from './switchover-steps/lock.ts';
import { longWrites } from './switchover-steps/long-writes.ts';
import { open } from './switchover-steps/open.ts';
import { promote } from './switchover-steps/promote.ts';
import { record } from './switchover-steps/record.ts';
import { repointOld } from './switchover-steps/repoint-old.ts';
import { repointOthers } from './switchover-steps/repoint-others.ts';
import { report } from './switchover-steps/report.ts';
import { seal } from './switchover-steps/seal.ts';
import { services } from './switchover-steps/services.ts';
import { verify } from './switchover-steps/verify.ts';
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
    freeze(oldPrimary),
    seal(oldPrimary),
    drain(target),
    promote(target),
    open(target),
    events(target),
    repointOld(oldPrimary),
    repointOthers(others),
    services(target),
    verify(target, [oldPrimary, ...others]),
    report(target),
  ];
}
