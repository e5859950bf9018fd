import { changePrimary } from '../../mariadb/change-primary.ts';
import { readPositions } from '../../mariadb/drain.ts';
import { furthest, gtidList, reaches } from '../../mariadb/gtid.ts';
import { forgetPrimary, readReplication, startReplication } from '../../mariadb/promote.ts';
import { replicaStatus, type ReplicaStatus } from '../../mariadb/replica-status.ts';
import { text } from '../../mariadb/row.ts';
import type { Session } from '../../mariadb/session.ts';
import { failed, type Act, type Step, type UndoEnd } from '../../operations/step.ts';
import { look, perform, type TakeoverContext } from '../context.ts';
import { awaitFollowing } from '../following.ts';
import { handsOf } from '../hands.ts';
import { newPrimaryFor } from '../new-primary.ts';
import { pointAtPrimary } from '../point-at-primary.ts';
import { stopWatched } from '../stop-watched.ts';
import { undoSession } from '../undo-session.ts';
import { serverOf } from '../task.ts';

/** The server follows the primary, as both its threads say. Undone, it follows nobody again, or whom it followed. */
export function followPrimary(server: string): Step<TakeoverContext> {
  return {
    id: 'follow',
    name: 're-point',
    server,
    deadlineMs: 30_000,
    async run(context, act) {
      const session = context.links.get(server, 'lock');
      if (context.seal === null) return failed('its position is not known');
      const { connection } = newPrimaryFor(context, server, context.task.target, true);
      if (await statusOf(act, session, connection)) await stopWatched(context, act, session, connection);
      const [row = {}] = await look(act, session, readPositions());
      const stands = furthest(gtidList(text(row, 'binlog')), gtidList(text(row, 'slave')));
      // Who followed somebody else has applied more meanwhile; who followed nobody has written it itself.
      if (!context.task.formerSource && !reaches(context.seal, stands)) return failed(`${server} still writes`);
      context.seal = stands;
      await pointAtPrimary(context, act, session, server);
      return await awaitFollowing(context, act, server);
    },
    async undo(context, act) {
      const session = await undoSession(context, act, server);
      try {
        return await back(context, act, session, server);
      } finally {
        session.close();
      }
    },
    hands: (context) => handsOf.follow(context, server, context.task.target),
  };
}

async function back(context: TakeoverContext, act: Act, session: Session, server: string): Promise<UndoEnd> {
  const { task } = context;
  const former = task.formerSource ?? null;
  const to = newPrimaryFor(context, server, task.target, false);
  const { host, port } = serverOf(task, task.target);
  const status = await statusOf(act, session, to.connection);
  if (!status && former === null) return { kind: 'nothing' };
  const moved = !status || (status.host === host && status.port === port);
  if (status && moved) {
    await stopWatched(context, act, session, to.connection);
    await perform(act, session, forgetPrimary(to.connection));
  }
  if (former === null) return { kind: 'undone', note: `${server} follows nobody, as before` };
  if (moved) await perform(act, session, changePrimary({ ...to, ...former }));
  await perform(act, session, startReplication(to.connection));
  return { kind: 'undone', note: `${server} follows ${former.host}:${former.port}, as before` };
}

/** The connection of that name as the server shows it, or null. Rejects with SqlError. */
export async function statusOf(act: Act, session: Session, connection: string): Promise<ReplicaStatus | null> {
  const statuses = (await look(act, session, readReplication())).map(replicaStatus);
  return statuses.find((one) => one.connection === connection) ?? null;
}
