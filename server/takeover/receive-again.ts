import type { FollowUp } from '../contract/operation.ts';
import { readReplication, startReceiving } from '../mariadb/promote.ts';
import { replicaStatus, type ReplicaStatus } from '../mariadb/replica-status.ts';
import type { Session } from '../mariadb/session.ts';
import type { Act } from '../operations/step.ts';
import { look, perform, type TakeoverContext } from './context.ts';
import { handsOf } from './hands.ts';
import { targetConnection } from './task.ts';
import { undoSession } from './undo-session.ts';

/** The target's connection to the old primary, as it stands now; undefined where it has none any more. */
export async function receiving(act: Act, session: Session, name: string): Promise<ReplicaStatus | undefined> {
  return (await look(act, session, readReplication())).map(replicaStatus).find(({ connection }) => connection === name);
}

/** The inverse of the stop before a drain, on a new connection. False: it receives, or has nobody to receive from. Rejects with SqlError. */
export async function receiveAgain(context: TakeoverContext, act: Act): Promise<boolean> {
  const { name } = targetConnection(context.task);
  const session = await undoSession(context, act, context.task.target);
  try {
    const status = await receiving(act, session, name);
    if (!status || status.ioThread === 'running' || status.ioThread === 'connecting') return false;
    await perform(act, session, startReceiving(name));
    return true;
  } finally {
    session.close();
  }
}

/** What is left to do where it does not answer: it may have heard the stop. One that was restarted receives by itself. */
export function receiveByHand({ task }: TakeoverContext): FollowUp {
  const { shown } = startReceiving(targetConnection(task).name);
  return handsOf.note(`${task.target} does not answer and may not receive any more. On ${task.target} run:`, shown);
}
