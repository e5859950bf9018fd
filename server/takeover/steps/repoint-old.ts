import { setTimeout as delay } from 'node:timers/promises';
import { lockAllTables, readSeal, sealOf, stopWrites, unlockTables } from '../../mariadb/freeze.ts';
import { formatGtidList, reaches, transactionsBehind } from '../../mariadb/gtid.ts';
import { startReplication, stopReceiving } from '../../mariadb/promote.ts';
import type { Session } from '../../mariadb/session.ts';
import {
  clientSessions,
  killSessions,
  listSessions,
  serverSession,
  waitingForBackupLock,
} from '../../mariadb/sessions.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { failed, skipped, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { look, oldPrimaryOf, ourSessions, perform, type TakeoverContext } from '../context.ts';
import { disableOldEvents } from '../disable-old-events.ts';
import { awaitFollowing, followingStatus } from '../following.ts';
import { handsOf } from '../hands.ts';
import { newPrimaryFor } from '../new-primary.ts';
import { pointAtPrimary } from '../point-at-primary.ts';
import { forgetSources, stopSources } from '../stop-sources.ts';
import { serverOf } from '../task.ts';

/** The old primary's clients hang under its lock meanwhile. */
const STOP_RECEIVING_MS = 1_000;

/**
 * Makes the old primary a replica of the new one, in the order that lets nothing slip in: position under the lock,
 * sessions ended, unlock, position again, and only then CHANGE MASTER. read_only stays on.
 */
export function repointOld(server: string): Step<TakeoverContext> {
  let begun = false;
  let eventsDisabled = false;
  return {
    id: 're-point-old',
    name: 're-point old primary',
    server,
    deadlineMs: 30_000,
    async run(context, act) {
      const again = begun || context.takenUp;
      begun = true;
      if (await pointed(context, act, server, again)) {
        // It had nothing of its own then: what it has from the new primary since must not count as such.
        await startPointed(context, act, server);
        await disableOldEvents(context, act, server);
        eventsDisabled = true;
        return await awaitFollowing(context, act, server);
      }
      const frozen = await ensureFrozen(context, act, server);
      if (frozen) return frozen;
      const session = context.links.get(server, 'freeze');
      const under = await ownTransactions(context, act, session);
      if (under) return under;
      context.sweep?.again(act);
      await context.sweep?.settled();
      await endWaiting(context, act, server);
      await stopOthersReceiving(context, act);
      await perform(act, session, unlockTables());
      const after = await ownTransactions(context, act, session);
      if (after) return after;
      await forgetSources(context, act, session);
      await pointAtPrimary(context, act, session, server);
      await disableOldEvents(context, act, server);
      eventsDisabled = true;
      return await awaitFollowing(context, act, server);
    },
    hands(context) {
      const { cluster, target } = context.task;
      const scheduler = eventsDisabled ? [] : handsOf.startScheduler(context, server);
      // Over transactions of its own it must not be re-pointed by anybody.
      if (context.ownOfOld !== null) {
        const own = handsOf.note(`${server} has ${context.ownOfOld}. It was not made a replica.`);
        return [own, ...handsOf.own(cluster, server, target), ...scheduler];
      }
      const answers = context.links.find(server, 'lock') && context.links.find(server, 'freeze');
      if (answers) return [...handsOf.follow(context, server, target), ...scheduler];
      // What it has nobody can say now: rejoin looks first.
      const text = `${server} does not answer and does not follow ${target}: rejoin it when it is back.`;
      return [handsOf.rejoin(cluster, server, text), ...scheduler];
    },
  };
}

/** Whether it follows the target already; where the step runs again: whether it was told to. */
async function pointed(context: TakeoverContext, act: Act, server: string, again: boolean): Promise<boolean> {
  const session = context.links.find(server, 'lock');
  if (!session) return false;
  const status = await followingStatus(context, act, session, server);
  return status.kind === 'following' || (again && (status.kind === 'error' || status.pointed));
}

async function startPointed(context: TakeoverContext, act: Act, server: string): Promise<void> {
  const { connection } = newPrimaryFor(context, server, context.task.target, true);
  await perform(act, context.links.get(server, 'lock'), startReplication(connection));
}

/** After an interruption, or where the lock's connection broke, everything is stopped again before anything is concluded. */
async function ensureFrozen(context: TakeoverContext, act: Act, server: string): Promise<StepEnd | null> {
  if (context.links.find(server, 'freeze')) return null;
  try {
    const session = await context.links.open(server, 'freeze', Math.min(3_000, act.deadline.remainingMs()));
    await context.links.open(server, 'side', Math.min(3_000, act.deadline.remainingMs()));
    context.connections = merged(context.connections, context.links.ids());
    await act.record('connections', context.connections);
    await stopSources(context, act, session);
    await perform(act, session, stopWrites(3));
    await perform(act, session, lockAllTables(3));
    return null;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    act.followUp(
      handsOf.rejoin(
        context.task.cluster,
        server,
        `${server} could not be reached and does not follow ${context.task.target}: ${error.message}. Rejoin it when it is back.`,
      ),
    );
    // Where nothing listens it has forgotten that with its process.
    if (error.kind !== 'refused') for (const left of handsOf.startScheduler(context, server)) act.followUp(left);
    return skipped(`${server} can't be reached: ${error.message}`);
  }
}

/** Transactions above the seal are this server's own: it must not be re-pointed over them. */
async function ownTransactions(context: TakeoverContext, act: Act, session: Session): Promise<StepEnd | null> {
  if (context.seal === null) return failed('the sealed position is not known');
  const [row] = await perform(act, session, readSeal());
  const { position } = sealOf(row ?? {});
  if (reaches(context.seal, position)) return null;
  const own = transactionsBehind(position, context.seal);
  const server = oldPrimaryOf(context);
  const span = `above ${formatGtidList(context.seal)} up to ${formatGtidList(position)}`;
  context.ownOfOld = `${own} ${own === 1 ? 'transaction' : 'transactions'} of its own, ${span}`;
  return failed(`${server} has ${context.ownOfOld}`);
}

/** Until no session waits for the backup lock: one that waits would commit when it opens. */
async function endWaiting(context: TakeoverContext, act: Act, server: string): Promise<void> {
  const side = context.links.get(server, 'side');
  const spare = ourSessions(context, server);
  for (;;) {
    const sessions = (await look(act, side, listSessions())).map(serverSession);
    const clients = clientSessions(sessions, spare);
    if (clients.length > 0) await perform(act, side, killSessions(clients.map(({ id }) => id)));
    const waiting = waitingForBackupLock(sessions).filter(({ id }) => !spare.ids.has(id));
    if (waiting.length === 0) return;
    if (act.deadline.remainingMs() === 0)
      throw new Error(`${waiting.length} sessions on ${server} still wait for its read lock`);
    act.waitsFor(`${waiting.length} sessions on ${server} to end`);
    await delay(10);
  }
}

/**
 * The other replicas still follow this server: what slips in once it is unlocked (a SUPER ignores read_only) would reach
 * them, and they could not follow the new primary any more. One that can't be told is re-pointed, or named, later.
 */
async function stopOthersReceiving(context: TakeoverContext, act: Act): Promise<void> {
  await Promise.all(
    context.task.others.map(async (server) => {
      const session = context.links.find(server, 'lock');
      const connection = serverOf(context.task, server).connection;
      if (!session || !connection) return;
      try {
        await perform(act, session, stopReceiving(connection.name), STOP_RECEIVING_MS);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
      }
    }),
  );
}

function merged(a: Record<string, number[]>, b: Record<string, number[]>): Record<string, number[]> {
  const all = { ...a };
  for (const [server, ids] of Object.entries(b)) all[server] = [...new Set([...(all[server] ?? []), ...ids])];
  return all;
}
