import { sameButStatus, type EventRow } from '../../mariadb/events-move.ts';
import { setEventScheduler } from '../../mariadb/freeze.ts';
import type { Session } from '../../mariadb/session.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { done, failed, skipped, type Act, type Step } from '../../operations/step.ts';
import { perform, type TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { enableEventsOn, eventName, eventsOn, sameEvent } from '../set-events.ts';
import { serverOf } from '../task.ts';

/** Events that were enabled on the old primary are enabled on the new one; those a DBA had disabled stay so. */
export function events(server: string): Step<TakeoverContext> {
  return {
    id: 'events',
    name: 'events',
    server,
    deadlineMs: 15_000,
    async run(context, act) {
      const wanted = await enabledOnOld(context);
      if (wanted === null) {
        act.followUp(
          handsOf.note(
            `Nobody has seen the events of ${context.task.oldPrimary}: enable on ${server} those that shall run.`,
          ),
        );
        return skipped('the events of the old primary are not known');
      }
      if (wanted.length === 0) return skipped('the old primary had no enabled event');
      const session = await context.links.fresh(server, 3_000);
      try {
        const changed = await enable(act, session, server, wanted);
        if (schedulerWasOn(context)) await startScheduler(context, act, session, server);
        return changed.length > 0
          ? failed(`changed in more than their status: ${changed.join(', ')}`)
          : done(`${wanted.length} enabled`);
      } finally {
        session.close();
      }
    },
    hands: (context) => [
      handsOf.note(
        `Not every event of ${context.task.oldPrimary} is enabled on ${server}: compare SHOW EVENTS on both.`,
      ),
    ],
  };
}

/** As recorded before the freeze, or, of a primary that is gone, as the watch remembers them; null where nobody saw them. */
async function enabledOnOld({ task, before, parts }: TakeoverContext): Promise<readonly EventRow[] | null> {
  const { oldPrimary } = task;
  if (oldPrimary === null) return null;
  const all = before?.[oldPrimary]?.events ?? (await parts.events.remembered(oldPrimary))?.events ?? null;
  return all && all.filter(({ status }) => status === 'ENABLED');
}

/** The names of those that then differ in more than their status. */
async function enable(act: Act, session: Session, server: string, wanted: readonly EventRow[]): Promise<string[]> {
  const before = await eventsOn(act, session);
  for (const why of await enableEventsOn(act, session, wanted)) {
    act.followUp(handsOf.note(`An event is not enabled on ${server}: ${why}.`));
  }
  for (const event of wanted) {
    const here = before.find((candidate) => sameEvent(candidate, event));
    if (here?.overdue && !event.overdue) {
      act.followUp(
        handsOf.note(`The event ${eventName(event)} was to run once, just now, and ran on no server: see to it.`),
      );
    }
  }
  const after = await eventsOn(act, session);
  // One that was to run once, and whose time is over, the scheduler drops as soon as it is enabled.
  return before
    .filter(({ overdue }) => !overdue)
    .flatMap((event) => {
      const now = after.find((candidate) => sameEvent(candidate, event));
      return now && sameButStatus(event, now) ? [] : [eventName(event)];
    });
}

function schedulerWasOn({ task, before }: TakeoverContext): boolean {
  if (task.oldPrimary === null) return false;
  const was = before?.[task.oldPrimary]?.eventScheduler ?? serverOf(task, task.oldPrimary).lastSeen?.eventScheduler;
  return was === 'on';
}

async function startScheduler(context: TakeoverContext, act: Act, session: Session, server: string): Promise<void> {
  const own = context.before?.[server]?.eventScheduler;
  if (own === 'on') return;
  try {
    await perform(act, session, setEventScheduler(true));
  } catch (error) {
    // 1227: without SUPER; 1290: it was started with event_scheduler=DISABLED.
    if (!(error instanceof SqlError) || error.outcomeUnknown) throw error;
    const text = `The event scheduler of ${server} is ${own ?? 'not on'}, so no event runs: ${error.message}`;
    act.followUp(handsOf.note(text, setEventScheduler(true).shown));
  }
}
