import { setTimeout as delay } from 'node:timers/promises';
import { readReplication } from '../mariadb/promote.ts';
import { replicaStatus, type ReplicaStatus } from '../mariadb/replica-status.ts';
import type { Session } from '../mariadb/session.ts';
import { done, failed, type Act, type StepEnd } from '../operations/step.ts';
import { look, type TakeoverContext } from './context.ts';
import { newPrimaryFor } from './new-primary.ts';
import { serverOf } from './task.ts';

/** Errors that no waiting cures: the position is not in the primary's binlog, or the replica has transactions of its own. */
const HOPELESS = [1236, 1950, 1045];
const PAUSE_MS = 10;
const PATIENCE_MS = 15_000;
/** A new primary that nobody can connect to is not waited for: the way to the next takeover must be free. */
const CANNOT_CONNECT = [2002, 2003];
const CONNECT_PATIENCE_MS = 4_000;

export type Following =
  | { readonly kind: 'following' }
  /** `pointed`: it is told to follow the target, and does not do so yet. */
  | { readonly kind: 'not-yet'; readonly text: string; readonly pointed: boolean }
  | { readonly kind: 'error'; readonly text: string; readonly hopeless: boolean; readonly number: number };

/** Whether `server` replicates from the target, as its threads say. Rejects with SqlError. */
export async function followingStatus(
  context: TakeoverContext,
  act: Act,
  session: Session,
  server: string,
): Promise<Following> {
  const name = newPrimaryFor(context, server, context.task.target, false).connection;
  const statuses = (await look(act, session, readReplication())).map(replicaStatus);
  const status = statuses.find(({ connection }) => connection === name);
  if (!status) return { kind: 'not-yet', text: `${server} replicates from nobody`, pointed: false };
  return judge(context, server, status);
}

function judge(context: TakeoverContext, server: string, status: ReplicaStatus): Following {
  const target = serverOf(context.task, context.task.target);
  const error = status.ioError ?? status.sqlError;
  if (status.host !== target.host || status.port !== target.port) {
    return { kind: 'not-yet', text: `${server} replicates from ${status.host}:${status.port}`, pointed: false };
  }
  if (error)
    return {
      kind: 'error',
      text: `${error.number}: ${error.text}`,
      hopeless: HOPELESS.includes(error.number),
      number: error.number,
    };
  const running = status.ioThread === 'running' && status.sqlThread === 'running';
  if (running && status.masterServerId === target.serverId) return { kind: 'following' };
  const text = `${server}: IO thread ${status.ioThread}, SQL thread ${status.sqlThread}`;
  return { kind: 'not-yet', text, pointed: true };
}

/** Waits until both threads run against the target: the "ok" of CHANGE MASTER and START SLAVE proves nothing. */
export async function awaitFollowing(context: TakeoverContext, act: Act, server: string): Promise<StepEnd> {
  const session = context.links.find(server, 'lock') ?? context.links.get(server, 'freeze');
  const deadline = act.deadline.within(PATIENCE_MS);
  const { tcpOff } = serverOf(context.task, context.task.target);
  const connectDeadline = act.deadline.within(tcpOff ? 0 : CONNECT_PATIENCE_MS);
  for (;;) {
    const status = await followingStatus(context, act, session, server);
    if (status.kind === 'following') return done(`${server} follows ${context.task.target}`);
    if (status.kind === 'error' && status.hopeless)
      return failed(`${server} can't follow ${context.task.target}: ${status.text}`);
    const cannot = status.kind === 'error' && CANNOT_CONNECT.includes(status.number);
    if ((cannot ? connectDeadline : deadline).remainingMs() === 0)
      return failed(`${server} does not follow ${context.task.target}: ${status.text}`);
    act.waitsFor(status.text);
    await delay(PAUSE_MS);
  }
}
