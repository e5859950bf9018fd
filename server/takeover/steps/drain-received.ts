import { readCurrentPosition } from '../../mariadb/drain.ts';
import { formatGtidList, gtidList, reaches, type GtidList } from '../../mariadb/gtid.ts';
import { stopReceiving } from '../../mariadb/promote.ts';
import { text } from '../../mariadb/row.ts';
import type { Session } from '../../mariadb/session.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { done, failed, type Act, type Step } from '../../operations/step.ts';
import { look, type TakeoverContext } from '../context.ts';
import { targetConnection } from '../task.ts';
import { isSilence, Unanswered } from '../unanswered.ts';
import { performWatched } from '../perform-watched.ts';
import { prepareReplicas } from '../prepare-replicas.ts';
import { receiveAgain, receiveByHand, receiving } from '../receive-again.ts';
import { releaseReplicas } from '../release-replicas.ts';
import { drainTo } from './drain.ts';

/**
 * The target stops receiving, while its SQL thread runs on, and applies all that it has received: in GTID mode what is
 * not applied when the SQL thread stops is gone (measured on 10.11), and with a dead primary it is the only copy.
 */
export function drainReceived(server: string): Step<TakeoverContext> {
  const unanswered = new Unanswered();
  return {
    id: 'drain',
    name: 'drain',
    server,
    deadlineMs: 50_000,
    async run(context, act) {
      if (context.task.kind === 'failover') await prepareReplicas(context, act);
      const session = context.links.get(server, 'lock');
      const { name } = targetConnection(context.task);
      // On 11.8 it waits for a hung primary's handshake, up to slave_net_timeout, and KILL does not end that (measured).
      await performWatched(context, act, session, stopReceiving(name), () =>
        act.waitsFor(`the IO thread of ${server} to stop`),
      );
      const status = await receiving(act, session, name);
      if (!status) return failed(`${server} replicates from nobody any more`);
      if (status.sqlThread !== 'running')
        return failed(`the SQL thread of ${server} is not running: what it has received can't be applied`);
      context.targetWas = reaches(status.appliedGtid, status.receivedGtid)
        ? status.appliedGtid
        : await currentPosition(act, session);
      // The received position is empty until its IO thread has connected once: then there is nothing to wait for.
      const end = await drainTo(context, act, server, status.receivedGtid);
      if (end.kind !== 'done') return end;
      context.seal = status.receivedGtid;
      act.remember('seal', formatGtidList(status.receivedGtid));
      return done(
        `${server} has applied all it had received, up to ${formatGtidList(status.receivedGtid) || 'nothing'}`,
      );
    },
    async undo(context, act) {
      const released = context.task.kind === 'failover' ? await release(context, act, unanswered) : 0;
      try {
        const again = await receiveAgain(context, act);
        if (again) return { kind: 'undone', note: `${server} receives again` };
        return released > 0 ? { kind: 'undone', note: null } : { kind: 'nothing' };
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        if (error.kind !== 'refused' && !(isSilence(error) && unanswered.tooLong())) throw error;
        context.away.add(server);
        const note = `${server} does not answer: ${error.message}`;
        return { kind: 'left', note, followUps: [receiveByHand(context)] };
      }
    },
  };
}

/** How many replicas there were to release. Those that do not answer are left to do, and keep nobody waiting. */
async function release(context: TakeoverContext, act: Act, unanswered: Unanswered): Promise<number> {
  const { servers, silent } = await releaseReplicas(context, act, unanswered);
  for (const { server, followUp } of silent) {
    if (server === context.task.target) context.away.add(server);
    act.followUp(followUp);
  }
  return servers;
}

/** With its own transactions, which the applied position leaves out. */
async function currentPosition(act: Act, session: Session): Promise<GtidList> {
  const [position] = await look(act, session, readCurrentPosition());
  return gtidList(text(position ?? {}, 'position'));
}
