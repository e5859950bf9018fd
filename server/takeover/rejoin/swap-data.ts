import { setTimeout as delay } from 'node:timers/promises';
import { formatRanges } from '../../mariadb/gtid.ts';
import { BatonError } from '../../contract/errors.ts';
import type { TakeoverAgent } from '../agent.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import type { Reseed } from '../../contract/reseed.ts';
import { done, failed, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { agentOf, reseedIdOf } from './copy-data.ts';
import { byteText } from './copy-progress.ts';
import { ownPositions, spanText } from './own-positions.ts';
import { untilLocked } from '../until-locked.ts';
import { watchReseed } from './watch-reseed.ts';

/** A large server takes its time to end and to start; its agent takes an exchange back that fails. */
const SWAP_MS = 3_600_000;
/** An agent that is away for longer is for a person to see to: meanwhile nobody could fail over. */
const PATIENCE_MS = 300_000;
const LOOK_MS = 30_000;
const CONNECT_MS = 3_000;
/** From the start of the server, which its agent has seen, to a sign-in from here. */
const RECONNECT_MS = 60_000;
const PAUSE_MS = 200;

/**
 * Point of no return: the server's agent stops it, puts the copy in the place of its data, which are kept, and starts it:
 * read-only, following nobody. Where that fails the agent takes it back, and nothing has happened.
 */
export function swapData(server: string): Step<TakeoverContext> {
  return {
    id: 'swap',
    name: 'exchange',
    server,
    deadlineMs: SWAP_MS,
    pointOfNoReturn: true,
    essential: true,
    async run(context, act) {
      const agent = agentOf(context, server);
      const id = reseedIdOf(context);
      const before = await looked(act, agent, id);
      if (before === null && !context.swapAsked)
        return { kind: 'failed', error: `the agent of ${server} does not answer`, nothingHappened: true };
      if (before?.state === 'prepared') {
        const reason = await changed(context, act, server);
        if (reason !== null) return { kind: 'failed', error: reason, nothingHappened: true };
        context.swapAsked = true;
        await act.record('swap-asked', true);
        act.log(`${before.directory} becomes ${before.keptDirectory}\n`);
        act.log(`${before.copyDirectory} becomes ${before.directory}\n`);
        await asked(agent, id);
      }
      const end = await watchReseed(agent, id, act, {
        until: ['swapped', 'failed', 'cancelled', 'stuck'],
        patienceMs: PATIENCE_MS,
        show: () => `${server} to end, and to start on the copy`,
      });
      act.waitsFor(null);
      return await concluded(context, act, server, end);
    },
    hands: (context) => [
      handsOf.note(
        `Whether ${server} runs on its own data or on the copy is not known: start its agent, and resume this operation. ${where(context)}`,
      ),
    ],
  };
}

/** How the reseed stands; null where its agent does not answer for a while. */
async function looked(act: Act, agent: TakeoverAgent, id: string): Promise<Reseed | null> {
  return await watchReseed(agent, id, act, {
    until: ['prepared', 'swapping', 'swapped', 'failed', 'cancelled', 'stuck'],
    patienceMs: LOOK_MS,
    show: () => null,
  });
}

/** Without an answer it is not known whether it has begun: then the reseed is looked at. */
async function asked(agent: TakeoverAgent, id: string): Promise<void> {
  await agent.swapReseed(id).catch((error: unknown) => {
    if (!(error instanceof BatonError) || error.code !== 'unavailable') throw error;
  });
}

/** What the server has written since its transactions were exported, or null: it would be in the kept data alone. */
async function changed(context: TakeoverContext, act: Act, server: string): Promise<string | null> {
  const own = await ownPositions(context, act, server);
  if ('failed' in own) return own.failed;
  const exported = context.setAside?.ranges ?? [];
  const more = own.extra.filter((range) => !exported.includes(spanText(range)));
  return more.length === 0 ? null : `${server} has written since its export: ${formatRanges(more)}`;
}

async function concluded(context: TakeoverContext, act: Act, server: string, end: Reseed | null): Promise<StepEnd> {
  if (end?.state === 'failed' || end?.state === 'cancelled')
    return { kind: 'failed', error: `${end.error ?? end.state}; ${server} has its own data`, nothingHappened: true };
  if (end?.state !== 'swapped')
    return { kind: 'failed', error: end?.error ?? `the agent of ${server} does not answer`, needsHands: true };
  context.kept = { directory: end.keptDirectory, bytes: end.keptBytes };
  await act.record('kept', { ...context.kept });
  const reason = await reconnect(context, act, server);
  if (reason !== null) return failed(reason);
  const size = end.keptBytes === null ? '' : ` (${byteText(end.keptBytes)})`;
  return done(`${server} runs on the copy of ${end.source}; its former data are kept in ${end.keptDirectory}${size}`);
}

/** Our connections ended with the server, and the lock on it: both are had again before anything is done there. */
async function reconnect(context: TakeoverContext, act: Act, server: string): Promise<string | null> {
  const deadline = act.deadline.within(RECONNECT_MS);
  for (;;) {
    try {
      const session = await context.links.open(server, 'lock', CONNECT_MS);
      await context.links.open(server, 'side', CONNECT_MS);
      context.connections = context.links.ids();
      await act.record('connections', context.connections);
      if (await untilLocked(act, session, deadline)) return null;
      return `another takeover holds the lock on ${server}`;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (deadline.remainingMs() === 0) return `${server} does not let Baton in: ${error.message}`;
      act.waitsFor(error.message);
    }
    await delay(PAUSE_MS);
  }
}

function where({ kept }: TakeoverContext): string {
  return kept === null ? '' : `Its former data are in ${kept.directory}.`;
}
