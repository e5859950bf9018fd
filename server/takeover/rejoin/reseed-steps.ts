import { done, type Step } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { lock } from '../steps/lock.ts';
import { record } from '../steps/record.ts';
import type { Task } from '../task.ts';
import { copyData } from './copy-data.ts';
import { byteText } from './copy-progress.ts';
import { exportOwn } from './export-own.ts';
import { followCopy } from './follow-copy.ts';
import { hold } from './hold.ts';
import { keepReadOnly } from './keep-read-only.ts';
import { swapData } from './swap-data.ts';
import { verifyRejoin } from './verify-rejoin.ts';

/**
 * The steps of a rejoin that sets the server's own transactions aside: these are kept before anything becomes of the data,
 * and the data themselves are kept under another name, so that nothing is ever deleted.
 */
export function reseedSteps(task: Task): Step<TakeoverContext>[] {
  const { target, oldPrimary: server } = task;
  if (server === null) throw new Error('a reseed has a server');
  const reachable = task.servers.filter((one) => one.reachable).map(({ name }) => name);
  return [
    lock(reachable, [server, target]),
    record(),
    hold(server),
    exportOwn(server),
    copyData(server),
    swapData(server),
    followCopy(server),
    { ...keepReadOnly(server), pointOfNoReturn: false },
    verifyRejoin(server),
    reseedReport(server),
  ];
}

/** The last line of the page, to copy into a ticket: what was kept where, and how it is removed by hand. */
function reseedReport(server: string): Step<TakeoverContext> {
  return {
    id: 'report',
    name: 'report',
    server,
    deadlineMs: 5_000,
    run({ task, setAside, kept }, act) {
      if (setAside) act.followUp(handsOf.lookThrough(task.cluster, server, task.target, setAside));
      return Promise.resolve(
        done([`${server} is a replica of ${task.target} again`, keptText(server, kept)].join('. ')),
      );
    },
  };
}

/** "Its former data (1.2 GB) are kept in …; once nobody needs them: rm -r …". "" where none are known. */
export function keptText(server: string, kept: TakeoverContext['kept']): string {
  if (kept === null) return '';
  const size = kept.bytes === null ? '' : ` (${byteText(kept.bytes)})`;
  return `Its former data${size} are kept on the host of ${server} in ${kept.directory}. Baton never removes them; once nobody needs them: rm -r '${kept.directory}'`;
}
