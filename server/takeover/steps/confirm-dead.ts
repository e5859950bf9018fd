import { setTimeout as delay } from 'node:timers/promises';
import { readReplication } from '../../mariadb/promote.ts';
import { formatGtidList } from '../../mariadb/gtid.ts';
import { replicaStatus, type ReplicaStatus } from '../../mariadb/replica-status.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { done, failed, type Act, type Step } from '../../operations/step.ts';
import { look, oldPrimaryOf, type TakeoverContext } from '../context.ts';
import { serverOf } from '../task.ts';

const PERIODS = 3;
/** MariaDB's default heartbeat is 30 s: nobody waits a minute and a half with writes down. */
const LONGEST_MS = 30_000;
const PAUSE_MS = 100;
const PROBE_MS = 2_000;

/**
 * The old primary is gone: it does not answer us, and no reachable replica hears from it. Thread states do not tell (a
 * hung primary leaves IO "Yes" and lag 0 for slave_net_timeout): what a replica has received stands still instead.
 */
export function confirmDead(oldPrimary: string, listeners: readonly string[]): Step<TakeoverContext> {
  return {
    id: 'confirm-dead',
    name: 'confirm that it is gone',
    server: oldPrimary,
    deadlineMs: LONGEST_MS + 10_000,
    readsOnly: true,
    async run(context, act) {
      if (await responds(context, act, oldPrimary)) return failed(`${oldPrimary} answers: switch over instead`);
      const ends = await Promise.all(listeners.map((server) => hearsNothing(context, act, server)));
      const hearing = ends.find((end) => end !== null);
      return hearing
        ? failed(`${oldPrimary} is alive for its replicas: ${hearing}`)
        : done(`${oldPrimary} does not answer, and no reachable replica hears from it`);
    },
  };
}

async function responds(context: TakeoverContext, act: Act, server: string): Promise<boolean> {
  act.waitsFor(`${server} to answer`);
  try {
    const connection = await context.parts.probe(server, Math.min(PROBE_MS, act.deadline.remainingMs()));
    connection.destroy();
    return true;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // It speaks: an account that is refused, or no connection left, is no sign of death.
    return error.kind === 'access-denied' || error.kind === 'too-many-connections';
  }
}

/** Why the server is not silent for that replica; null when it is. */
async function hearsNothing(context: TakeoverContext, act: Act, server: string): Promise<string | null> {
  const session = context.links.find(server, 'lock');
  if (!session) return null;
  const primaryId = serverOf(context.task, oldPrimaryOf(context)).serverId;
  const read = async (): Promise<ReplicaStatus | undefined> => {
    const statuses = (await look(act, session, readReplication())).map(replicaStatus);
    return statuses.find(({ masterServerId }) => masterServerId === primaryId) ?? statuses[0];
  };
  const first = await read();
  // Without a connection there is nothing to hear through.
  if (!first || first.ioThread !== 'running') return null;
  const periodMs = (first.heartbeatPeriodSeconds || 30) * 1000;
  const deadline = act.deadline.within(Math.min(PERIODS * periodMs, LONGEST_MS));
  while (deadline.remainingMs() > 0) {
    if (act.signal.aborted) return 'cancelled';
    act.waitsFor(`${server} to hear nothing for ${Math.ceil(deadline.remainingMs() / 1000)} s more`);
    await delay(PAUSE_MS);
    const now = await read();
    if (!now || now.ioThread !== 'running') return null;
    if (trace(now) !== trace(first)) return `${server} has just received something from it`;
  }
  return null;
}

const trace = (status: ReplicaStatus): string =>
  [status.receivedHeartbeats, status.readLogFile, status.readLogPosition, formatGtidList(status.receivedGtid)].join(
    '|',
  );
