import {
  eventRow,
  listEvents,
  sameButStatus,
  setEventStatus,
  withoutBinlog,
  type EventRow,
} from '../../mariadb/events-move.ts';
import { setEventScheduler } from '../../mariadb/freeze.ts';
import type { Session } from '../../mariadb/session.ts';
import { done, failed, skipped, type Act, type Step } from '../../operations/step.ts';
import { look, perform, type TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';

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
      if (wanted.events.length === 0) return skipped('the old primary had no enabled event');
      const session = await context.links.fresh(server, 3_000);
      try {
        const changed = await enable(act, session, wanted.events);
        if (wanted.schedulerOn) await perform(act, session, setEventScheduler(true));
        return changed.length > 0
          ? failed(`changed in more than their status: ${changed.join(', ')}`)
          : done(`${wanted.events.length} enabled`);
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

async function enabledOnOld(
  context: TakeoverContext,
): Promise<{ events: readonly EventRow[]; schedulerOn: boolean } | null> {
  const { oldPrimary } = context.task;
  const recorded = oldPrimary === null ? undefined : context.before?.[oldPrimary];
  if (recorded?.events) {
    return {
      events: recorded.events.filter(({ status }) => status === 'ENABLED'),
      schedulerOn: recorded.eventScheduler === 'on',
    };
  }
  const remembered = oldPrimary === null ? null : await context.parts.events.remembered(oldPrimary);
  return remembered && { events: remembered.events.filter(({ status }) => status === 'ENABLED'), schedulerOn: false };
}

/** The names of those that then differ in more than their status. */
async function enable(act: Act, session: Session, wanted: readonly EventRow[]): Promise<string[]> {
  await perform(act, session, withoutBinlog());
  const before = (await look(act, session, listEvents())).map(eventRow);
  for (const event of wanted) {
    const here = before.find((candidate) => isSame(candidate, event));
    if (here?.status === 'ENABLED' || !here) continue;
    for (const change of setEventStatus(here, 'ENABLE')) await perform(act, session, change);
  }
  const after = (await look(act, session, listEvents())).map(eventRow);
  return before.flatMap((event) => {
    const now = after.find((candidate) => isSame(candidate, event));
    return now && sameButStatus(event, now) ? [] : [`${event.schema}.${event.name}`];
  });
}

const isSame = (a: EventRow, b: EventRow): boolean => a.schema === b.schema && a.name === b.name;
