import type { FollowUp } from '../contract/operation.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Act, Step, StepEnd } from '../operations/step.ts';
import type { TakeoverContext } from './context.ts';
import { untilLocked } from './until-locked.ts';

const CONNECT_MS = 2_000;
const LOCK_MS = 2_000;
/** A server whose connections break again and again is left to do. */
const TRIES = 3;

/**
 * The step, for one that comes behind the point of no return and may run twice: where it loses a connection it is run again on new
 * ones, as by a console that takes the operation up. What a try has left to do counts only if it was the last.
 */
export function goOn(step: Step<TakeoverContext>): Step<TakeoverContext> {
  return { ...step, run: async (context, act) => await tries(step, context, act) };
}

type Tried = { readonly kind: 'ended'; readonly end: StepEnd } | { readonly kind: 'threw'; readonly error: unknown };

async function tries(step: Step<TakeoverContext>, context: TakeoverContext, act: Act): Promise<StepEnd> {
  for (let number = 1; ; number += 1) {
    await renew(context, act);
    const lostBefore = context.links.lost;
    const left: FollowUp[] = [];
    const tried = await attempt(step, context, { ...act, followUp: (followUp) => void left.push(followUp) });
    const lost = context.links.lost > lostBefore || (tried.kind === 'threw' && isLost(tried.error));
    const whole = tried.kind === 'ended' && tried.end.kind !== 'failed' && left.length === 0;
    if (lost && !whole && number < TRIES && act.deadline.remainingMs() > 0) continue;
    for (const followUp of left) act.followUp(followUp);
    if (tried.kind === 'threw') throw tried.error;
    return tried.end;
  }
}

async function attempt(step: Step<TakeoverContext>, context: TakeoverContext, act: Act): Promise<Tried> {
  try {
    return { kind: 'ended', end: await step.run(context, act) };
  } catch (error) {
    return { kind: 'threw', error };
  }
}

const isLost = (error: unknown): boolean => error instanceof SqlError && error.kind === 'lost';

/**
 * Opens anew what broke, the advisory locks with it, and writes the ids down. Not the read lock's: what it held is
 * gone, and only who freezes anew may have it. A server that does not answer keeps its broken ones: the step says so.
 */
async function renew(context: TakeoverContext, act: Act): Promise<void> {
  const broken = context.links.lostOnes().filter(({ purpose }) => purpose !== 'freeze');
  if (broken.length === 0) return;
  await Promise.all(
    broken.map(async ({ server, purpose }) => {
      try {
        const session = await context.links.open(server, purpose, Math.min(CONNECT_MS, act.deadline.remainingMs()));
        if (purpose !== 'lock' || (await untilLocked(act, session, act.deadline.within(LOCK_MS)))) return;
        throw new Error(`the connection to ${server} was lost, and somebody else holds its lock for takeovers now`);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
      }
    }),
  );
  for (const [server, ids] of Object.entries(context.links.ids()))
    context.connections[server] = [...new Set([...(context.connections[server] ?? []), ...ids])];
  await act.record('connections', context.connections);
}
