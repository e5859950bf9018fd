import { readPositions } from '../../mariadb/drain.ts';
import { setEventScheduler } from '../../mariadb/freeze.ts';
import { gtidList, reaches } from '../../mariadb/gtid.ts';
import { text } from '../../mariadb/row.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import { look, perform, type TakeoverContext } from '../context.ts';
import { disableEventsOn } from '../set-events.ts';
import { awaitFollowing } from '../following.ts';
import { handsOf } from '../hands.ts';
import { newPrimaryFor } from '../new-primary.ts';
import { pointAtPrimary } from '../point-at-primary.ts';
import { stopWatched } from '../stop-watched.ts';
import { statusOf } from './follow-primary.ts';

/**
 * The server follows the primary from the copy's position. The copy's events are the primary's, and enabled: none may
 * fire here, so they are disabled before the scheduler has its old value again.
 */
export function followCopy(server: string): Step<TakeoverContext> {
  return {
    id: 'follow',
    name: 'follow',
    server,
    deadlineMs: 60_000,
    async run(context, act) {
      const session = context.links.get(server, 'lock');
      if (context.seal === null) return failed('the position of the copy is not known');
      const { connection } = newPrimaryFor(context, server, context.task.target, false);
      const own = await context.links.fresh(server, 3_000);
      const events = await disableEventsOn(act, own).finally(() => own.close());
      if (await statusOf(act, session, connection)) await stopWatched(context, act, session, connection);
      const [row = {}] = await look(act, session, readPositions());
      const stands = gtidList(text(row, 'slave'));
      // Taken up again, it has applied more meanwhile, and must not begin anew.
      if (reaches(stands, context.seal)) context.seal = stands;
      await pointAtPrimary(context, act, session, server);
      if (context.before?.[server]?.eventScheduler === 'on') await perform(act, session, setEventScheduler(true));
      const end = await awaitFollowing(context, act, server);
      return end.kind === 'done' && events > 0
        ? done(`${end.note}; ${events} ${events === 1 ? 'event' : 'events'} disabled there`)
        : end;
    },
    hands: (context) => handsOf.follow(context, server, context.task.target),
  };
}
