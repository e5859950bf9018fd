import { eventRow, listEvents } from '../../mariadb/events-move.ts';
import { done, type Act, type Step } from '../../operations/step.ts';
import type { ServerBefore } from '../before.ts';
import { look, type TakeoverContext } from '../context.ts';

/** A server that answers does so in milliseconds. */
const FACTS_MS = 5_000;

/** Writes down the value of everything that may be touched, before anything is. */
export function record(): Step<TakeoverContext> {
  return {
    id: 'record',
    name: 'record',
    server: 'all',
    deadlineMs: 10_000,
    readsOnly: true,
    async run(context, act) {
      const { links } = context;
      const looks = await Promise.all(
        links.serversWith('lock').map(async (server) => [server, await serverBefore(context, act, server)] as const),
      );
      context.before = Object.fromEntries(looks);
      await act.record('before', context.before);
      return done(`values of ${looks.map(([server]) => server).join(', ')} recorded`);
    },
  };
}

async function serverBefore(context: TakeoverContext, act: Act, server: string): Promise<ServerBefore> {
  const session = context.links.get(server, 'lock');
  const facts = await session.facts(Math.min(FACTS_MS, act.deadline.remainingMs()));
  const events = (await look(act, session, listEvents())).map(eventRow);
  const agent = context.parts.agent(server);
  // An agent that is down must not keep a takeover: what it would have done is a follow-up.
  const status = agent ? await agent.status().catch(() => null) : null;
  const { semiSync } = facts;
  return {
    readOnly: facts.readOnly,
    eventScheduler: facts.eventScheduler,
    events,
    semiSync: semiSync && {
      primaryEnabled: semiSync.primaryEnabled,
      replicaEnabled: semiSync.replicaEnabled,
      waitNoSlave: semiSync.waitNoSlave,
    },
    services: status?.services.map(({ name, enabled }) => ({ name, enabled })) ?? null,
  };
}
