import { setTimeout as delay } from 'node:timers/promises';
import { number, text } from '../../mariadb/row.ts';
import { readWaitingCommits, waitingCommits } from '../../mariadb/semi-sync.ts';
import { listSessions, listWriteTransactions, serverSession } from '../../mariadb/sessions.ts';
import { done, failed, type Act, type Step } from '../../operations/step.ts';
import { look, oldPrimaryOf, type TakeoverContext } from '../context.ts';

/** Younger writes end by themselves while the freeze waits for its locks. */
const LONG_SECONDS = 1;
/** InnoDB refreshes its list of transactions only for who asks less often than every 100 ms. */
const PAUSE_MS = 150;

/**
 * Waits, with nothing changed yet, for writes that would hold the freeze up or be cut off by it. They are named, never
 * ended; where they don't end in time, the takeover stops here.
 */
export function longWrites(server: string): Step<TakeoverContext> {
  return {
    id: 'long-writes',
    name: 'wait for long writes',
    server,
    deadlineMs: 30_000,
    async run(context, act) {
      const deadline = act.deadline.within(context.task.longWriteSeconds * 1000);
      let offenders = await longRunning(context, act);
      const waited = offenders.length > 0;
      while (offenders.length > 0) {
        if (act.signal.aborted) return failed('cancelled');
        const leftSeconds = Math.ceil(deadline.remainingMs() / 1000);
        act.waitsFor(`${offenders.join('; ')}; waited for ${leftSeconds} s more, then all is restored`);
        if (deadline.remainingMs() === 0) {
          return failed(`still writing after ${context.task.longWriteSeconds} s: ${offenders.join('; ')}`);
        }
        await delay(PAUSE_MS);
        offenders = await longRunning(context, act);
      }
      return done(waited ? 'they have ended' : 'none is running');
    },
  };
}

const rowsChanged = (count: number | null): string => `${count ?? 'some'} ${count === 1 ? 'row' : 'rows'} changed`;

/** "connection 31 of app, open for 12 s with 4 rows changed": each once. */
async function longRunning(context: TakeoverContext, act: Act): Promise<string[]> {
  const session = context.links.get(oldPrimaryOf(context), 'side');
  const ours = new Set(context.connections[oldPrimaryOf(context)]);
  const transactions = (await look(act, session, listWriteTransactions()))
    .filter((row) => (number(row, 'seconds') ?? 0) >= LONG_SECONDS)
    .map((row) => ({
      id: number(row, 'id') ?? 0,
      words: `of ${text(row, 'user')}, open for ${number(row, 'seconds')} s with ${rowsChanged(number(row, 'rows_modified'))}`,
    }));
  const statements = (await look(act, session, listSessions()))
    .map(serverSession)
    .filter(({ writing, seconds }) => writing && seconds >= LONG_SECONDS)
    .map(({ id, user, seconds }) => ({ id, words: `of ${user}, writing for ${Math.round(seconds)} s` }));
  const offenders = new Map(
    [...statements, ...transactions].filter(({ id }) => !ours.has(id)).map((one) => [one.id, one]),
  );
  const named = [...offenders.values()].map(({ id, words }) => `connection ${id} ${words}`);
  const semiSync = context.before?.[oldPrimaryOf(context)]?.semiSync;
  if (semiSync?.primaryEnabled) {
    const [row] = await look(act, session, readWaitingCommits());
    const commits = waitingCommits(row ?? {});
    // Under load some commit always waits a moment: the ones that wait long have a session that writes long.
    if (commits > 0 && named.length > 0) named.push(`${commits} commits wait for a semi-sync acknowledgement`);
  }
  return named;
}
