import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../../contract/errors.ts';
import type { Act } from '../../operations/step.ts';
import { agentOf } from '../recovery/context.ts';
import { settled } from '../recovery/settled.ts';
import type { RoundContext } from './task.ts';

const PAUSE_MS = 100;

/** What is wrong with these nodes as the members of the round's cluster once they had time to settle, in a sentence; null: nothing. */
export async function wrongOnceSettled(
  context: RoundContext,
  act: Act,
  names: readonly string[],
): Promise<string | null> {
  return (await settled(context, act, names, context.round.uuid)).wrong;
}

/** How a wait for the end of a node came out. */
export type Ended =
  | { readonly kind: 'down'; readonly seqno: string | null }
  /** The agent says that it could not be stopped, and it serves. */
  | { readonly kind: 'serves'; readonly error: string }
  | { readonly kind: 'late'; readonly last: string };

/** Waits until the node is proven down, and its agent free. A look that fails is repeated: it says nothing about the node. */
export async function untilDown(context: RoundContext, act: Act, node: string): Promise<Ended> {
  const agent = agentOf(context, node);
  let last = 'nothing was heard of it';
  while (act.deadline.remainingMs() > 0 && !act.signal.aborted) {
    try {
      const { evidence, work } = await agent.evidence();
      const { alive, grastate } = evidence;
      const busy = work.kind === 'stopping' && work.endedAt === null;
      if (alive.kind === 'down' && !busy)
        return { kind: 'down', seqno: grastate.kind === 'read' ? grastate.seqno : null };
      if (alive.kind === 'serving' && !busy && work.kind === 'stopping')
        return { kind: 'serves', error: work.error ?? 'it serves as before' };
      last = alive.kind === 'serving' ? 'still serving' : alive.kind === 'silent' ? 'ending' : alive.kind;
    } catch (error) {
      if (!(error instanceof BatonError)) throw error;
      last = error.message;
    }
    act.waitsFor(`${node} to be down: ${last}`);
    await delay(PAUSE_MS);
  }
  return { kind: 'late', last };
}
