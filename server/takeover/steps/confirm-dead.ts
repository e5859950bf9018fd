import { setTimeout as delay } from 'node:timers/promises';
import { readReplication } from '../../mariadb/promote.ts';
import { formatGtidList, transactionsBehind } from '../../mariadb/gtid.ts';
import { hasOfSource, replicaStatus, type ReplicaStatus } from '../../mariadb/replica-status.ts';
import type { Session } from '../../mariadb/session.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { done, failed, type Act, type Step } from '../../operations/step.ts';
import { transactions } from '../../topology/analysis/finding.ts';
import { look, type TakeoverContext } from '../context.ts';
import { speaks } from '../speaks.ts';
import { serverOf } from '../task.ts';

const PERIODS = 3;
/** MariaDB's default heartbeat is 30 s: nobody waits a minute and a half with writes down. */
const LONGEST_MS = 30_000;
const PAUSE_MS = 100;
const PROBE_MS = 2_000;
/** Without a connection a replica hears nothing; in this time it hardly gets one, and receives what others have not. */
const JUST_NOW_MS = 100;

/** How a replica hears the old primary. `last`: its connection as it stands since nothing comes any more. */
interface Hearing {
  readonly server: string;
  /** What it has just heard; null: nothing. */
  readonly heard: string | null;
  readonly last: ReplicaStatus | null;
}

/**
 * The old primary is gone: it does not answer us, and no reachable replica hears from it. Thread states do not tell (a
 * hung primary leaves IO "Yes" and lag 0 for slave_net_timeout): what a replica has received stands still instead. Only then
 * is it known who has received most: a replica may have read what was under way after the plan looked at it.
 */
export function confirmDead(oldPrimary: string, target: string, others: readonly string[]): Step<TakeoverContext> {
  return {
    id: 'confirm-dead',
    name: 'confirm that it is gone',
    server: oldPrimary,
    deadlineMs: LONGEST_MS + 10_000,
    readsOnly: true,
    async run(context, act) {
      if (!context.look?.silent(oldPrimary) && (await responds(context, act, oldPrimary)))
        return failed(`${oldPrimary} answers: switch over instead`);
      const ends = await Promise.all([target, ...others].map((server) => listen(context, act, server)));
      const heard = ends.find((end) => end.heard !== null)?.heard;
      if (heard) return failed(`${oldPrimary} is alive for its replicas: ${heard}`);
      const ahead = context.task.accepted.includes('replica-ahead') ? null : aheadOf(target, ends);
      return ahead === null
        ? done(`${oldPrimary} does not answer, and no reachable replica hears from it`)
        : failed(ahead);
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
    return speaks(error.kind);
  }
}

/** Resolves when that replica hears nothing, or has heard something. */
async function listen(context: TakeoverContext, act: Act, server: string): Promise<Hearing> {
  const silent = (last: ReplicaStatus | undefined): Hearing => ({ server, heard: null, last: last ?? null });
  // By its name: a connection that was started anew since has not learnt yet whose it is.
  const name = serverOf(context.task, server).connection?.name;
  const ofName = (statuses: readonly ReplicaStatus[]): ReplicaStatus | undefined =>
    statuses.find(({ connection }) => connection === name);
  const seen = context.look?.of(server, JUST_NOW_MS);
  if (seen) {
    const status = ofName(seen.facts.replication);
    if (status?.ioThread !== 'running') return silent(status);
  }
  const session = await lockSession(context, act, server);
  if (!session) return silent(undefined);
  const read = async (): Promise<ReplicaStatus | undefined> =>
    ofName((await look(act, session, readReplication())).map(replicaStatus));
  const first = await read();
  // Without a connection there is nothing to hear through.
  if (!first || first.ioThread !== 'running') return silent(first);
  const periodMs = (first.heartbeatPeriodSeconds || 30) * 1000;
  const deadline = act.deadline.within(Math.min(PERIODS * periodMs, LONGEST_MS));
  let last = first;
  while (deadline.remainingMs() > 0) {
    if (act.signal.aborted) return { server, heard: 'cancelled', last };
    act.waitsFor(`${server} to hear nothing for ${Math.ceil(deadline.remainingMs() / 1000)} s more`);
    await delay(PAUSE_MS);
    const now = await read();
    if (!now || now.ioThread !== 'running') return silent(now);
    if (trace(now) !== trace(first))
      return { server, heard: `${server} has just received something from it`, last: now };
    last = now;
  }
  return silent(last);
}

/** As the lock opens it, beside this; null where it can't be: the lock says why. */
async function lockSession(context: TakeoverContext, act: Act, server: string): Promise<Session | null> {
  try {
    return await context.links.ensure(server, 'lock', Math.min(PROBE_MS, act.deadline.remainingMs()));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return null;
  }
}

/** Who has received what the target has not, in words; null: nobody. */
function aheadOf(target: string, ends: readonly Hearing[]): string | null {
  const has = new Map(ends.flatMap(({ server, last }) => (last ? [[server, hasOfSource(last)] as const] : [])));
  const targetHas = has.get(target);
  if (!targetHas) return null;
  const [most] = [...has]
    .map(([server, position]) => ({ server, more: transactionsBehind(position, targetHas) }))
    .toSorted((a, b) => b.more - a.more);
  if (!most || most.more === 0) return null;
  return `${most.server} has received ${transactions(most.more)} that ${target} has not: fail over to ${most.server}`;
}

const trace = (status: ReplicaStatus): string =>
  [status.receivedHeartbeats, status.readLogFile, status.readLogPosition, formatGtidList(status.receivedGtid)].join(
    '|',
  );
