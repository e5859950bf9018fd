import { setTimeout as delay } from 'node:timers/promises';
import { readPositions } from '../../mariadb/drain.ts';
import { gtidList, reaches } from '../../mariadb/gtid.ts';
import type { Row } from '../../mariadb/connection.ts';
import { flag, text } from '../../mariadb/row.ts';
import { listSessions, serverSession, waitingForLocks } from '../../mariadb/sessions.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { done, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { look, type TakeoverContext } from '../context.ts';
import { followingStatus } from '../following.ts';
import { handsOf } from '../hands.ts';
import { settleSemiSync } from '../settle-semi-sync.ts';
import { serverOf } from '../task.ts';
import { stopSecondPrimary } from './second-primary.ts';

const WRITE_WAIT_MS = 5_000;
const PAUSE_MS = 50;

/** Observed, not assumed: one writable server, everybody follows it, and a transaction of the new primary has arrived. */
export function verify(target: string, followers: readonly string[]): Step<TakeoverContext> {
  return {
    id: 'verify',
    name: 'verify',
    server: [target, ...followers].join(', '),
    deadlineMs: 20_000,
    async run(context, act) {
      const row = await positionsOf(context, act, target);
      if (row === 'away') return needsHands(`${target} does not answer any more`);
      await settleSemiSync(context, act);
      if (!row || flag(row, 'read_only') !== false) return needsHands(`${target} does not take writes`);
      const second = await stopSecondPrimary(context, act);
      if (second !== null) return needsHands(`${second} takes writes as well as ${target}`);
      const wanted = gtidList(text(row, 'binlog'));
      const reached: string[] = [];
      for (const server of followers) {
        const session = context.links.find(server, 'lock');
        if (!session) continue;
        const status = await followingStatus(context, act, session, server);
        if (status.kind !== 'following') {
          // Told already, with its own transactions: it must not be pointed over them.
          if (server === context.task.oldPrimary && context.ownOfOld !== null) continue;
          // It may have followed when it was re-pointed: an error of its primary comes a moment after "running".
          for (const left of handsOf.refollow(context, server, status.text)) act.followUp(left);
          continue;
        }
        // One that lags on purpose is not waited for.
        if ((serverOf(context.task, server).connection?.delaySeconds ?? 0) > 0) continue;
        if (await untilReached(context, act, server, wanted)) reached.push(server);
        else
          act.followUp(
            handsOf.note(`${server} follows ${target} and has not reached its position yet: watch its lag.`),
          );
      }
      const wrote = await firstWrite(context, act, target, reached);
      const who = reached.length > 0 ? `, ${reached.join(' and ')} follow${reached.length === 1 ? 's' : ''} it` : '';
      return done(`${target} takes writes${who}; ${wrote}`);
    },
    hands: (context) =>
      context.away.has(target)
        ? handsOf.failOver(context, target)
        : [handsOf.note(`Look which server takes writes: it must be ${target}, and no other.`)],
  };
}

const needsHands = (error: string): StepEnd => ({ kind: 'failed', error, needsHands: true });

/** The new primary's positions, on a new connection where the old one breaks; 'away' where it does not answer. */
async function positionsOf(context: TakeoverContext, act: Act, target: string): Promise<Row | undefined | 'away'> {
  const read = async (): Promise<Row | undefined> => {
    const session =
      context.links.find(target, 'side') ??
      (await context.links.open(target, 'side', Math.min(2_000, act.deadline.remainingMs())));
    return (await look(act, session, readPositions()))[0];
  };
  try {
    try {
      return await read();
    } catch (error) {
      // One connection that breaks is no server that is away.
      if (!(error instanceof SqlError) || error.kind !== 'lost') throw error;
      return await read();
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    context.away.add(target);
    return 'away';
  }
}

async function untilReached(
  context: TakeoverContext,
  act: Act,
  server: string,
  wanted: ReturnType<typeof gtidList>,
): Promise<boolean> {
  const session = context.links.get(server, 'lock');
  while (act.deadline.remainingMs() > WRITE_WAIT_MS) {
    const [row] = await look(act, session, readPositions());
    if (row && reaches(gtidList(text(row, 'current')), wanted)) return true;
    act.waitsFor(`${server} to reach the position of the new primary`);
    await delay(PAUSE_MS);
  }
  return false;
}

/** Whether a transaction of the new primary's own has been written, and applied by those that follow. Baton writes none itself. */
async function firstWrite(
  context: TakeoverContext,
  act: Act,
  target: string,
  followers: readonly string[],
): Promise<string> {
  const { serverId, tcpOff } = serverOf(context.task, target);
  // Nobody is led to a server that lives on its own from now on, and no other host finds one with TCP off.
  const alone = context.task.kind === 'detach' || tcpOff === true;
  const deadline = act.deadline.within(alone ? 0 : WRITE_WAIT_MS);
  const has = async (server: string, purpose: 'side' | 'lock'): Promise<boolean> => {
    const [row] = await look(act, context.links.get(server, purpose), readPositions());
    const since = context.seal ?? [];
    return gtidList(text(row ?? {}, 'current')).some((gtid) => gtid.server === serverId && !reaches(since, [gtid]));
  };
  for (;;) {
    const wrote = await has(target, 'side');
    const applied = wrote && (await Promise.all(followers.map((server) => has(server, 'lock')))).every(Boolean);
    if (applied) return followers.length > 0 ? 'its first write has arrived there' : 'its first write is seen';
    if (deadline.remainingMs() === 0)
      return wrote ? 'its first write has not arrived everywhere yet' : await whyNoWrite(context, act, target);
    act.waitsFor(wrote ? 'the first write to arrive at the replicas' : 'a first write');
    await delay(PAUSE_MS);
  }
}

/** "no write seen yet", and whether a lock of somebody else's keeps them back: read_only=0 does not open that. */
async function whyNoWrite(context: TakeoverContext, act: Act, target: string): Promise<string> {
  const sessions = (await look(act, context.links.get(target, 'side'), listSessions())).map(serverSession);
  const waiting = waitingForLocks(sessions);
  const [first] = waiting;
  if (!first) return 'no write seen yet';
  const held = `${waiting.length} ${waiting.length === 1 ? 'session waits' : 'sessions wait'} for a lock`;
  act.followUp(
    handsOf.note(
      `Nothing is written on ${target}: ${held} there (connection ${first.id} of ${first.user}: ${first.state}). Find who holds it, and end that connection.`,
      'SHOW FULL PROCESSLIST',
    ),
  );
  return `no write seen yet: ${held}`;
}
