import { forgetPrimary, readReplication, startReplication } from '../mariadb/promote.ts';
import { replicaStatus } from '../mariadb/replica-status.ts';
import type { Session } from '../mariadb/session.ts';
import type { Act } from '../operations/step.ts';
import { look, perform, type TakeoverContext } from './context.ts';
import { stopWatched } from './stop-watched.ts';
import type { TaskSource } from './task.ts';

/**
 * Stops what the old primary replicates from outside of the cluster: before the locks, since its SQL threads would wait for
 * them. What was received and not applied is fetched again by the new primary. Rejects with SqlError.
 */
export async function stopSources(context: TakeoverContext, act: Act, session: Session): Promise<void> {
  for (const { name } of await present(context, act, session)) await stopWatched(context, act, session, name);
}

/** The inverse: those that ran run again. */
export async function startSources(context: TakeoverContext, act: Act, session: Session): Promise<void> {
  for (const { name, running } of await present(context, act, session)) {
    if (running) await perform(act, session, startReplication(name));
  }
}

/** Those that have moved are forgotten here, where they are stopped; one that is left behind stays as it is. */
export async function forgetSources(context: TakeoverContext, act: Act, session: Session): Promise<void> {
  for (const { name, moves } of await present(context, act, session)) {
    if (moves) await perform(act, session, forgetPrimary(name));
  }
}

/** The task's sources that the server still has, by name and address. */
async function present({ task }: TakeoverContext, act: Act, session: Session): Promise<TaskSource[]> {
  if (task.sources.length === 0) return [];
  const statuses = (await look(act, session, readReplication())).map(replicaStatus);
  return task.sources.filter(({ name, host, port }) =>
    statuses.some((status) => status.connection === name && status.host === host && status.port === port),
  );
}
