import { setTimeout as delay } from 'node:timers/promises';
import { allowWrites, lockAllTables, readSeal, sealOf, setEventScheduler, stopWrites } from '../../mariadb/freeze.ts';
import { readReplication } from '../../mariadb/promote.ts';
import { replicaStatus } from '../../mariadb/replica-status.ts';
import { killSessions, listSessions, serverSession, waitingForBackupLock } from '../../mariadb/sessions.ts';
import type { Session } from '../../mariadb/session.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { within } from '../../topology/deadline.ts';
import { done, type Act, type Step, type UndoEnd } from '../../operations/step.ts';
import { look, oldPrimaryOf, ourSessions, perform, type TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { disableEventsOn, enableEventsOn } from '../set-events.ts';
import { startSources, stopSources } from '../stop-sources.ts';
import { Sweep } from '../sweep.ts';
import { isSilence, Unanswered } from '../unanswered.ts';

/** How long writes may be held up by a lock that is not ours before the freeze is given up. */
const LOCK_WAIT_SECONDS = 3;

/** What the agent leaves of the step's time for the locks: this, or half of a time that is short. */
const MARGIN_MS = 5_000;
/** Writes flow again by then, and a service that stays off is a follow-up. */
const AGENT_MS = 3_000;

/**
 * Stops every write on the old primary: services, events, read_only, then the read lock at once on the same connection,
 * since queued DDL still runs after read_only=1; then the clients' sessions, beside the next steps.
 */
export function freeze(server: string): Step<TakeoverContext> {
  const unanswered = new Unanswered();
  return {
    id: 'freeze',
    name: 'freeze',
    server,
    deadlineMs: 20_000,
    async run(context, act) {
      await stopServices(context, act);
      await stopEvents(context, act);
      const session = context.links.get(server, 'freeze');
      await stopSources(context, act, session);
      context.stoppedAt = { monotonic: performance.now(), wall: context.parts.now() };
      act.remember('stopped-at', context.stoppedAt.wall);
      await perform(act, session, stopWrites(LOCK_WAIT_SECONDS), LOCK_WAIT_SECONDS * 1000 + 2_000);
      await perform(act, session, lockAllTables(LOCK_WAIT_SECONDS), LOCK_WAIT_SECONDS * 1000 + 2_000);
      context.sweep = new Sweep(
        () => context.links.get(server, 'side'),
        () => ourSessions(context, server),
      );
      context.sweep.again(act);
      return done('no write can commit');
    },
    async undo(context, act) {
      const answer = await reach(context, act, server, unanswered);
      if (answer.kind === 'down' || answer.kind === 'silent') return await givenUp(context, act, server, answer.kind);
      const { session } = answer;
      try {
        await endLockHolders(context, act, session);
        if (context.overtaken || (await isReplica(context, act, session))) {
          const note = `${server} stays read-only: somebody else has promoted another server`;
          return { kind: 'given-up', note, followUps: [handsOf.note(`${note}. Look whom it follows.`)] };
        }
        if (context.before?.[server]?.readOnly !== true) await perform(act, session, allowWrites());
        await restoreEvents(context, act, session);
        await startSources(context, act, session);
        await proveWrites(act, session);
      } finally {
        if (answer.kind === 'new') session.close();
      }
      const services = await restoreServices(context, act);
      return { kind: 'undone', note: `${server} takes writes again${services}` };
    },
    hands: (context) => [
      ...(context.away.has(server) ? handsOf.failOver(context, server) : []),
      ...handsOf.unfreeze(context, server),
    ],
  };
}

type Reached =
  | { readonly kind: 'new'; readonly session: Session }
  /** Its clients have taken every connection: ours, opened before writes were stopped, must do. */
  | { readonly kind: 'ours'; readonly session: Session }
  /** Nothing listens there: read_only and the lock are gone with the process. */
  | { readonly kind: 'down' }
  /** It hangs, or is cut off: what it still does nobody can say until it answers. */
  | { readonly kind: 'silent' };

async function reach(context: TakeoverContext, act: Act, server: string, unanswered: Unanswered): Promise<Reached> {
  try {
    const session = await context.links.fresh(server, Math.min(2_000, act.deadline.remainingMs()));
    context.away.delete(server);
    return { kind: 'new', session };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const ours = error.kind === 'too-many-connections' ? context.links.find(server, 'lock') : null;
    if (ours) return { kind: 'ours', session: ours };
    if (error.kind !== 'too-many-connections') context.away.add(server);
    if (error.kind === 'refused') return { kind: 'down' };
    if (isSilence(error) && unanswered.tooLong()) return { kind: 'silent' };
    throw error;
  }
}

/** A dead or hung server is not waited for while nobody takes writes: the way to the failover must be free at once. */
async function givenUp(context: TakeoverContext, act: Act, server: string, why: 'down' | 'silent'): Promise<UndoEnd> {
  await restoreServices(context, act);
  const events = (context.before?.[server]?.events ?? []).filter(({ status }) => status === 'ENABLED');
  const again = events.map(({ schema, name }) => `${schema}.${name}`).join(', ');
  return {
    kind: 'given-up',
    note:
      why === 'down'
        ? `${server} is down: its freeze has gone with it`
        : `${server} does not answer: it may be frozen still, and is let go when it answers`,
    followUps: [
      ...handsOf.failOver(context, server),
      ...handsOf.unfreeze(context, server),
      ...(events.length > 0
        ? [handsOf.note(`When ${server} is the primary again, look that its events are enabled: ${again}.`)]
        : []),
    ],
  };
}

/** A client that is gone may keep its read lock: read_only=0 then says ok and writers still hang. */
async function endLockHolders(context: TakeoverContext, act: Act, session: Session): Promise<void> {
  const server = oldPrimaryOf(context);
  const held = context.links.find(server, 'lock')?.id;
  const ids = (context.connections[server] ?? []).filter((id) => id !== held && id !== session.id);
  if (ids.length > 0) await perform(act, session, killSessions(ids));
  context.links.close(server, 'freeze');
  context.links.close(server, 'side');
}

async function stopServices(context: TakeoverContext, act: Act): Promise<void> {
  const server = oldPrimaryOf(context);
  const agent = context.parts.agent(server);
  const enabled = context.before?.[server]?.services?.filter((service) => service.enabled) ?? [];
  if (!agent || enabled.length === 0) return;
  const marginMs = Math.min(MARGIN_MS, act.deadline.remainingMs() / 2);
  for (const { name } of enabled) {
    const leftMs = Math.max(1, Math.round(act.deadline.remainingMs() - marginMs));
    await within(leftMs, `agent of ${server}`, agent.service(name, 'disable'));
    // It runs as root and ignores read_only: a run that has begun is waited for.
    let running = true;
    while (running) {
      running = (await agent.status()).services.some((service) => service.name === name && service.running);
      if (!running) break;
      act.waitsFor(`service ${name} to end its run on ${server}`);
      if (act.signal.aborted || act.deadline.remainingMs() < marginMs)
        throw new Error(`service ${name} is still running on ${server}`);
      await delay(200);
    }
    act.waitsFor(null);
  }
}

async function restoreServices(context: TakeoverContext, act: Act): Promise<string> {
  const server = oldPrimaryOf(context);
  const agent = context.parts.agent(server);
  const enabled = context.before?.[server]?.services?.filter((service) => service.enabled) ?? [];
  if (!agent) return '';
  for (const { name } of enabled) {
    try {
      await within(AGENT_MS, `agent of ${server}`, agent.service(name, 'enable'));
    } catch {
      act.followUp(handsOf.enableService(context.task.cluster, server, name));
    }
  }
  return enabled.length > 0 ? `, ${enabled.map(({ name }) => name).join(', ')} may run again` : '';
}

/** Before the locks: ALTER EVENT fails under a read lock. Events fire under read_only=1, as their definer. */
async function stopEvents(context: TakeoverContext, act: Act): Promise<void> {
  const server = oldPrimaryOf(context);
  const was = context.before?.[server];
  if (was?.eventScheduler !== 'on') return;
  try {
    await perform(act, context.links.get(server, 'side'), setEventScheduler(false));
    return;
  } catch (error) {
    if (!(error instanceof SqlError) || error.errno !== 1227) throw error;
  }
  // Without SUPER: each event by itself.
  const session = await context.links.fresh(server, 3_000);
  try {
    await disableEventsOn(act, session);
  } finally {
    session.close();
  }
}

async function restoreEvents(context: TakeoverContext, act: Act, session: Session): Promise<void> {
  const was = context.before?.[oldPrimaryOf(context)];
  if (was?.eventScheduler !== 'on') return;
  try {
    await perform(act, session, setEventScheduler(true));
  } catch (error) {
    if (!(error instanceof SqlError) || error.errno !== 1227) throw error;
  }
  const enabled = (was.events ?? []).filter(({ status }) => status === 'ENABLED');
  for (const why of await enableEventsOn(act, session, enabled)) {
    act.followUp(handsOf.note(`An event is not enabled again on ${session.server}: ${why}.`));
  }
}

/** read_only=0 alone is not "restored": no session may wait for the backup lock, which somebody else could hold. */
async function proveWrites(act: Act, session: Session): Promise<void> {
  for (;;) {
    const [row] = await look(act, session, readSeal());
    const waiting = waitingForBackupLock((await look(act, session, listSessions())).map(serverSession));
    if (row && !sealOf(row).readOnly && waiting.length === 0) return;
    if (act.deadline.remainingMs() < 200) {
      throw new Error(
        waiting.length > 0 ? `${waiting.length} sessions still wait for a read lock` : 'read_only is still on',
      );
    }
    await delay(20);
  }
}

/** A primary that follows a server of the cluster was made a replica by others, while our locks were gone. */
async function isReplica({ task }: TakeoverContext, act: Act, session: Session): Promise<boolean> {
  const statuses = (await look(act, session, readReplication())).map(replicaStatus);
  return statuses.some((one) => task.servers.some(({ host, port }) => host === one.host && port === one.port));
}
