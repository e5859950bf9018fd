import { eventRow, listEvents } from '../../mariadb/events-move.ts';
import { done, type Act, type Step } from '../../operations/step.ts';
import { seenBefore, settingsOf, type ServerBefore } from '../before.ts';
import { look, oldPrimaryOf, type TakeoverContext } from '../context.ts';
import { persistedReadOnly, rememberPersisted } from '../persisted-read-only.ts';

/** A server that answers does so in milliseconds. */
const FACTS_MS = 5_000;

/** Writes down the value of everything that may be touched, before anything is: of those servers, or of all that are locked. */
export function record(servers?: readonly string[]): Step<TakeoverContext> {
  return {
    id: 'record',
    name: 'record',
    server: 'all',
    deadlineMs: 10_000,
    readsOnly: true,
    async run(context, act) {
      const { links, task, before } = context;
      if (before !== null) return done(recordedText(Object.keys(before)));
      const [looks, persisted] = await Promise.all([
        Promise.all(
          (servers ?? links.serversWith('lock')).map(
            async (server) => [server, await serverBefore(context, act, server)] as const,
          ),
        ),
        task.kind === 'failover' ? persistedByAgent(context, oldPrimaryOf(context)) : undefined,
      ]);
      context.before = Object.fromEntries(looks);
      act.remember('before', context.before);
      if (persisted !== undefined) rememberPersisted(context, act, persisted);
      return done(recordedText(looks.map(([server]) => server)));
    },
  };
}

const recordedText = (servers: readonly string[]): string => `values of ${servers.join(', ')} recorded`;

/** undefined: its agent can't be asked now; the fence asks it again, and says so. */
async function persistedByAgent(context: TakeoverContext, server: string): Promise<boolean | null | undefined> {
  if (context.persistedBefore !== undefined) return context.persistedBefore;
  const agent = context.parts.agent(server);
  return agent === null ? undefined : await persistedReadOnly(agent).catch(() => undefined);
}

async function serverBefore(context: TakeoverContext, act: Act, server: string): Promise<ServerBefore> {
  const seen = context.look?.of(server);
  if (seen) return seenBefore(seen);
  const session = await context.links.ensure(server, 'lock', Math.min(FACTS_MS, act.deadline.remainingMs()));
  // Only an old primary's services are shut, and so restored.
  const agent = server === context.task.oldPrimary ? context.parts.agent(server) : null;
  const [facts, events, status] = await Promise.all([
    session.facts(Math.min(FACTS_MS, act.deadline.remainingMs())),
    look(act, session, listEvents()),
    // An agent that is down must not keep a takeover: what it would have done is a follow-up.
    agent ? agent.status().catch(() => null) : null,
  ]);
  return {
    ...settingsOf(facts),
    events: events.map(eventRow),
    services: status?.services.map(({ name, enabled }) => ({ name, enabled })) ?? null,
  };
}
