import { stopWrites } from '../../mariadb/freeze.ts';
import { done, failed, type Act, type Step } from '../../operations/step.ts';
import { ourSessions, perform, type TakeoverContext } from '../context.ts';
import { disableEventsOn } from '../set-events.ts';
import { handsOf } from '../hands.ts';
import { Sweep } from '../sweep.ts';
import { undoSession } from '../undo-session.ts';

/**
 * The server writes nothing of its own any more: services, read_only, events, sessions, in this order. None of it is
 * undone: whatever becomes of the rejoin, another server is the primary, and opening a second one is no restoring.
 */
export function hold(server: string): Step<TakeoverContext> {
  return {
    id: 'hold',
    name: 'read-only',
    server,
    deadlineMs: 25_000,
    async run(context, act) {
      const shut = await shutServices(context, act, server);
      const session = context.links.get(server, 'lock');
      await perform(act, session, stopWrites(3));
      const own = await context.links.fresh(server, 3_000);
      let events: number;
      try {
        events = await disableEventsOn(act, own);
      } finally {
        own.close();
      }
      const sweep = new Sweep(
        () => context.links.get(server, 'side'),
        () => ourSessions(context, server),
      );
      sweep.again(act);
      await sweep.settled();
      if (!context.before?.[server]) return failed('its values were not recorded');
      const ended = sweep.count > 0 ? `; ended: ${sweep.summary}` : '';
      return done(
        `${server} takes no writes; ${events} ${events === 1 ? 'event' : 'events'} and ${shut} ${shut === 1 ? 'service' : 'services'} shut${ended}`,
      );
    },
    async undo(context, act) {
      const session = await undoSession(context, act, server);
      try {
        // It may have been cut off before it came so far.
        await perform(act, session, stopWrites(3));
      } finally {
        session.close();
      }
      return { kind: 'undone', note: `${server} stays read-only: another server is the primary` };
    },
  };
}

/** How many were shut. Rejects where one that is enabled could not be: it writes as root, read-only or not. */
async function shutServices(context: TakeoverContext, act: Act, server: string): Promise<number> {
  const agent = context.parts.agent(server);
  if (!agent) return 0;
  const services = context.before?.[server]?.services ?? null;
  if (services === null) {
    act.followUp(handsOf.note(`The agent of ${server} did not answer: see that no service runs there.`));
    return 0;
  }
  const enabled = services.filter((service) => service.enabled);
  for (const { name } of enabled) {
    act.waitsFor(`service ${name} to end on ${server}`);
    await agent.service(name, 'disable');
  }
  act.waitsFor(null);
  return enabled.length;
}
