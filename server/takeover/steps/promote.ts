import { changePrimary } from '../../mariadb/change-primary.ts';
import { readSeal, sealOf, stopWrites } from '../../mariadb/freeze.ts';
import { formatGtidList } from '../../mariadb/gtid.ts';
import { forgetPrimary, readReplication, startReplication } from '../../mariadb/promote.ts';
import { replicaStatus, type ReplicaStatus } from '../../mariadb/replica-status.ts';
import type { Session } from '../../mariadb/session.ts';
import { done, failed, type Act, type Step, type UndoEnd } from '../../operations/step.ts';
import { look, oldPrimaryOf, perform, type TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { newPrimaryFor } from '../new-primary.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { targetConnection } from '../task.ts';
import { stopWatched } from '../stop-watched.ts';
import { undoSession } from '../undo-session.ts';

const CONNECT_MS = 2_000;

/**
 * The last act before the target forgets: the lock's own connection still has the sealed position. null: all is well, or
 * there is no lock, since the old primary is gone or not ours.
 */
async function lockLost(context: TakeoverContext, act: Act): Promise<string | null> {
  const { task, seal } = context;
  if (task.kind !== 'switchover') return null;
  const [row] = await perform(act, context.links.get(oldPrimaryOf(context), 'freeze'), readSeal());
  const { position, readOnly } = sealOf(row ?? {});
  if (!readOnly) return 'somebody has set read_only=0 on the old primary';
  return formatGtidList(position) === formatGtidList(seal ?? []) ? null : 'the sealed position has moved';
}

async function takesWrites(act: Act, session: Session): Promise<boolean> {
  const [row] = await look(act, session, readSeal());
  return row !== undefined && !sealOf(row).readOnly;
}

/**
 * This takeover has not done that, so somebody else has, on another store or by hand, while our locks were gone: what was
 * acknowledged there since would be lost by an undo.
 */
function promotedByOthers(context: TakeoverContext, seen: string): UndoEnd {
  context.overtaken = true;
  const note = `${seen}. Nothing is undone`;
  return { kind: 'given-up', note, followUps: [handsOf.note(`${note}: look that no other server takes writes.`)] };
}

/** The server of the cluster that it was made to follow in the old primary's place, and that takes writes; null: there is none. */
async function promotedInstead(
  { task, links }: TakeoverContext,
  act: Act,
  server: string,
  { host, port }: ReplicaStatus,
): Promise<string | null> {
  const others = task.servers.filter(({ name }) => name !== task.oldPrimary && name !== server);
  const followed = others.find((other) => other.host === host && other.port === port)?.name;
  if (followed === undefined) return null;
  let session;
  try {
    session = await links.fresh(followed, Math.min(CONNECT_MS, act.deadline.remainingMs()));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return null;
  }
  try {
    return (await takesWrites(act, session)) ? followed : null;
  } finally {
    session.close();
  }
}

/** The target forgets the old primary. This still has an inverse: CHANGE MASTER with every field, and START. */
export function promote(server: string): Step<TakeoverContext> {
  return {
    id: 'promote',
    name: 'promote',
    server,
    deadlineMs: 15_000,
    intentAhead: true,
    async alreadyDone(context, act) {
      const { name } = targetConnection(context.task);
      const rows = await look(act, context.links.get(server, 'lock'), readReplication());
      return rows.map(replicaStatus).some((status) => status.connection === name) ? null : 'it follows nobody any more';
    },
    async run(context, act) {
      const { name } = targetConnection(context.task);
      const session = context.links.get(server, 'lock');
      const [lost] = await Promise.all([lockLost(context, act), stopWatched(context, act, session, name)]);
      if (lost !== null) return failed(lost);
      const forgotten = perform(act, session, forgetPrimary(name));
      act.prepareNext();
      await forgotten;
      return done();
    },
    async undo(context, act) {
      const { task } = context;
      const { name } = targetConnection(task);
      let session;
      try {
        session = await undoSession(context, act, server);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        context.away.add(server);
        const note = `${server} can't be reached, so it does not follow ${task.oldPrimary}: ${error.message}`;
        return { kind: 'left', note, followUps: handsOf.follow(context, server, task.oldPrimary) };
      }
      try {
        const statuses = (await look(act, session, readReplication())).map(replicaStatus);
        // One that was writable before, and was not made read-only by us, says nothing by taking writes.
        const closed = context.before?.[server]?.readOnly !== false || context.madeReadOnly.includes(server);
        if (closed && statuses.length === 0 && (await takesWrites(act, session)))
          return promotedByOthers(context, `${server} takes writes and follows nobody: somebody else has promoted it`);
        const status = statuses.find(({ connection }) => connection === name);
        const instead = status ? await promotedInstead(context, act, server, status) : null;
        if (instead !== null)
          return promotedByOthers(context, `${server} follows ${instead}: somebody else has promoted that`);
        const applies = status?.sqlThread === 'running';
        if (applies && !closed) return { kind: 'nothing' };
        await perform(act, session, stopWrites(2));
        if (applies) return { kind: 'nothing' };
        if (!status) {
          if (task.oldPrimary === null) return { kind: 'nothing' };
          await perform(act, session, changePrimary(newPrimaryFor(context, server, task.oldPrimary, false)));
        }
        await perform(act, session, startReplication(name));
        return { kind: 'undone', note: `${server} follows ${task.oldPrimary} again` };
      } finally {
        session.close();
      }
    },
    hands: (context) => handsOf.follow(context, server, context.task.oldPrimary),
  };
}
