import { isDeepStrictEqual } from 'node:util';
import { connectionText, lockAnswer, readConnection, readLockHolder, takeLock } from '../../mariadb/advisory-lock.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { done, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { look, type TakeoverContext } from '../context.ts';
import { purposesOf } from '../links.ts';
import { serverOf } from '../task.ts';
import { untilLocked } from '../until-locked.ts';

const CONNECT_MS = 3_000;
const PATIENCE_MS = 300;

/**
 * Opens every connection that the takeover needs and takes the advisory lock on every reachable server, in the order of
 * their ids: consoles with different stores can't both act. The ids are in the journal before a lock is taken here; what the
 * click of a failover holds already is not asked for again.
 */
export function lock(servers: readonly string[], mustHold: readonly string[]): Step<TakeoverContext> {
  return {
    id: 'lock',
    name: 'lock',
    server: servers.join(', '),
    deadlineMs: 10_000,
    readsOnly: true,
    async run(context, act) {
      const reached = await connectAll(context, act, servers, mustHold);
      if (typeof reached === 'string') return { kind: 'failed', error: reached };
      const connections = context.links.ids();
      if (!isDeepStrictEqual(connections, context.connections)) {
        context.connections = connections;
        await act.record('connections', connections);
      }
      return await takeAll(context, act, reached);
    },
  };
}

/** The servers that were reached, in the order of their ids; or why one that must be held was not. */
async function connectAll(
  context: TakeoverContext,
  act: Act,
  servers: readonly string[],
  mustHold: readonly string[],
): Promise<string[] | string> {
  const { task, links } = context;
  const answers = await Promise.all(
    servers.map(async (server) => {
      const timeoutMs = Math.min(CONNECT_MS, act.deadline.remainingMs());
      try {
        await Promise.all(
          purposesOf(task, server).map(async (purpose) => await links.ensure(server, purpose, timeoutMs)),
        );
        return { server, error: null };
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        return { server, error: error.message };
      }
    }),
  );
  const missed = answers.find(({ server, error }) => error !== null && mustHold.includes(server));
  if (missed) return `${missed.server} could not be reached for its lock: ${missed.error}`;
  return answers
    .filter(({ error }) => error === null)
    .map(({ server }) => server)
    .toSorted((a, b) => serverOf(task, a).serverId - serverOf(task, b).serverId);
}

async function takeAll(context: TakeoverContext, act: Act, servers: readonly string[]): Promise<StepEnd> {
  for (const server of servers) {
    const session = context.links.get(server, 'lock');
    if (context.links.holds(server)) {
      act.statement(`${takeLock().shown}  -- ${server}`);
      continue;
    }
    // A click that comes second at the lease gives back at once what it holds already.
    if (await untilLocked(act, session, act.deadline.within(PATIENCE_MS))) continue;
    const [answer] = await look(act, session, readLockHolder());
    const { holder } = lockAnswer(answer ?? {});
    const [who] = holder === null ? [] : await look(act, session, readConnection(holder));
    await context.links.release();
    return { kind: 'refused', error: `another takeover holds the lock on ${server}: ${connectionText(who ?? {})}` };
  }
  return done(`locks held on ${servers.join(', ')}`);
}
