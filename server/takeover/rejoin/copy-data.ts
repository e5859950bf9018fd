import { BatonError } from '../../contract/errors.ts';
import type { Reseed } from '../../contract/reseed.ts';
import { gtidList } from '../../mariadb/gtid.ts';
import { done, failed, type Act, type Step, type UndoEnd } from '../../operations/step.ts';
import type { TakeoverAgent } from '../agent.ts';
import type { TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { byteText, copyProgress, spanOfTime } from './copy-progress.ts';
import { watchReseed } from './watch-reseed.ts';

/** A copy of terabytes takes hours. It is cancelled at any time, and a source that is silent ends it much earlier. */
export const COPY_MS = 48 * 3_600_000;
/** An agent that is started anew says that its half copy is lost. */
const PATIENCE_MS = 60_000;

/** Both agents copy the primary's data beside the server's own, which goes on as it is. */
export function copyData(server: string): Step<TakeoverContext> {
  return {
    id: 'copy',
    name: 'copy',
    server,
    deadlineMs: COPY_MS,
    async run(context, act) {
      const agent = agentOf(context, server);
      const id = reseedIdOf(context);
      const startedAt = Date.parse((await begun(context, act, agent, id)).startedAt);
      const seconds = (): number => Math.max(0, (context.parts.now() - startedAt) / 1000);
      const end = await watchReseed(agent, id, act, {
        until: ['prepared', 'failed', 'cancelled', 'swapping', 'swapped', 'stuck'],
        patienceMs: PATIENCE_MS,
        show: ({ state, bytes, expectedBytes }) =>
          state === 'copying' ? copyProgress(bytes, expectedBytes, seconds()) : 'the copy to be made consistent',
      });
      act.waitsFor(null);
      if (end === null) return failed(`what became of the copy is not known: the agent of ${server} does not answer`);
      if (end.gtid === null || end.error !== null) return failed(end.error ?? 'the copy has no position');
      context.seal = gtidList(end.gtid);
      await act.record('seal', end.gtid);
      const rate = `${byteText(end.bytes)} in ${spanOfTime(seconds())}`;
      return done(`${rate}, as ${end.source} was at ${end.gtid}; prepared in ${end.copyDirectory}`);
    },
    undo: async (context) => await undone(context, server),
  };
}

/** The reseed as its agent began it, now or before an interruption. */
async function begun(context: TakeoverContext, act: Act, agent: TakeoverAgent, id: string): Promise<Reseed> {
  const known = await agent.reseed(id).catch((error: unknown) => {
    if (error instanceof BatonError && error.code === 'not-found') return null;
    throw error;
  });
  if (known) return known;
  const { target } = context.task;
  act.waitsFor(`the agent of ${target} to offer a copy`);
  const from = agentOf(context, target);
  const { bytes } = await from.dataDirectory();
  return await agent.beginReseed({ id, source: await from.offerCopy(), expectedBytes: bytes });
}

async function undone(context: TakeoverContext, server: string): Promise<UndoEnd> {
  try {
    const { state } = await agentOf(context, server).cancelReseed(reseedIdOf(context));
    const removed = state === 'cancelled' || state === 'failed';
    return removed ? { kind: 'undone', note: 'the copy is given up' } : { kind: 'nothing' };
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    if (error.code === 'not-found') return { kind: 'nothing' };
    const note = `the copy could not be removed: ${error.message}`;
    const text = `A copy may be left beside the data of ${server}; the next reseed of it removes it (${error.message})`;
    return { kind: 'left', note, followUps: [handsOf.note(text)] };
  }
}

/** The agent beside a server. Throws where there is none: a check blocks that beforehand. */
export function agentOf(context: TakeoverContext, server: string): TakeoverAgent {
  const agent = context.parts.agent(server);
  if (!agent) throw new Error(`${server} has no agent`);
  return agent;
}

/** Throws where the task has none: a bug. */
export function reseedIdOf({ task }: TakeoverContext): string {
  if (task.reseedId === undefined) throw new Error('a reseed has an id');
  return task.reseedId;
}
