import { setEventScheduler } from '../mariadb/freeze.ts';
import type { Session } from '../mariadb/session.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Act } from '../operations/step.ts';
import { perform, type TakeoverContext } from './context.ts';
import { handsOf } from './hands.ts';
import { disableEventsOn } from './set-events.ts';

/**
 * The old primary's events run on a primary only from now on. Nothing of this can run under the read lock (1205, 1223), and nothing of it may be in the
 * binlog. What can't be done is a follow-up.
 */
export async function disableOldEvents(context: TakeoverContext, act: Act, server: string): Promise<void> {
  const was = context.before?.[server];
  const session = await context.links.fresh(server, 3_000);
  try {
    await disableEventsOn(act, session);
    // Its events are all off now: the scheduler can wait for the day on which this is the primary again.
    if (was?.eventScheduler === 'on') await startScheduler(act, session);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    act.followUp(handsOf.note(`Events on ${server} are still enabled although it is a replica: ${error.message}`));
    for (const left of handsOf.startScheduler(context, server)) act.followUp(left);
  } finally {
    session.close();
  }
}

/** It was switched off for the freeze, where the account may (SUPER); where not, it never was. */
async function startScheduler(act: Act, session: Session): Promise<void> {
  try {
    await perform(act, session, setEventScheduler(true));
  } catch (error) {
    if (!(error instanceof SqlError) || error.errno !== 1227) throw error;
  }
}
