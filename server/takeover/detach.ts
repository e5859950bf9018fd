import type { Step } from '../operations/step.ts';
import type { TakeoverContext } from './context.ts';
import { goOn } from './go-on.ts';
import { drainReceived } from './steps/drain-received.ts';
import { lock } from './steps/lock.ts';
import { open } from './steps/open.ts';
import { promote } from './steps/promote.ts';
import { record } from './steps/record.ts';
import { report } from './steps/report.ts';
import { services } from './steps/services.ts';
import { verify } from './steps/verify.ts';
import type { Task } from './task.ts';

/** The steps of a detach: the replica lives on its own from then on; its primary is not touched. Events stay off: they would run on both. */
export function detachSteps(task: Task): Step<TakeoverContext>[] {
  const { target } = task;
  const reachable = task.servers.filter((server) => server.reachable).map(({ name }) => name);
  return [
    lock(reachable, [target]),
    record(),
    drainReceived(target),
    promote(target),
    open(target),
    services(target),
    goOn(verify(target, [])),
    report(target),
  ];
}
