import type { Step } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import { goOn } from '../go-on.ts';
import { lock } from '../steps/lock.ts';
import { record } from '../steps/record.ts';
import type { Task } from '../task.ts';
import { compare } from './compare.ts';
import { followPrimary } from './follow-primary.ts';
import { hold } from './hold.ts';
import { keepReadOnly } from './keep-read-only.ts';
import { rejoinReport, verifyRejoin } from './verify-rejoin.ts';

/** The steps of a rejoin: nothing is compared before the server surely writes nothing, and nothing moves before that. */
export function rejoinSteps(task: Task): Step<TakeoverContext>[] {
  const { target, oldPrimary: server } = task;
  if (server === null) throw new Error('a rejoin has a server');
  const reachable = task.servers.filter((one) => one.reachable).map(({ name }) => name);
  return [
    lock(reachable, [server, target]),
    record(),
    hold(server),
    compare(server),
    followPrimary(server),
    keepReadOnly(server),
    goOn(verifyRejoin(server)),
    rejoinReport(server),
  ];
}
