import { BatonError } from '../contract/errors.ts';
import { operation } from '../contract/operation.ts';
import { lockAnswer, takeLock } from '../mariadb/advisory-lock.ts';
import { readSeal, sealOf, stopWrites } from '../mariadb/freeze.ts';
import { gtidList } from '../mariadb/gtid.ts';
import { readReplication } from '../mariadb/promote.ts';
import { replicaStatus } from '../mariadb/replica-status.ts';
import { killSessions } from '../mariadb/sessions.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { cancelAsked } from '../operations/ask-to-cancel.ts';
import { isObject, recorded, type Entry } from '../operations/journal.ts';
import type { Resumption } from '../operations/program.ts';
import { beginnings, endedSteps, pointPassed, whereEnded } from '../operations/replay.ts';
import { WRITE_OUTAGE } from '../operations/run.ts';
import type { Json } from '../operations/step.ts';
import type { OperationRow } from '../store/store.ts';
import { before } from './before.ts';
import { newContext, type TakeoverContext } from './context.ts';
import { z } from 'zod';
import type { TakeoversParts } from './parts.ts';
import { programOf, stepParts } from './program.ts';
import { keptData, setAside } from './rejoin/set-aside.ts';
import { isRejoin, targetConnection, task as taskShape, type Task } from './task.ts';

const CONNECT_MS = 2_000;
const STATEMENT_MS = 5_000;

const hookProcess = z.object({ pid: z.number(), startTicks: z.number() });

/**
 * Decides about a takeover that a console left: its connections are ended, the locks taken anew, the servers looked at.
 * Before the point of no return it is always undone (nobody watched the seal meanwhile); behind it, it goes on.
 * Rejects with BatonError('already-running') when another console holds a lock.
 */
export async function decide(
  parts: TakeoversParts,
  row: OperationRow,
  entries: readonly Entry[],
  record: (name: string, value: Json) => Promise<void>,
  afterwards: (task: Task) => Promise<void>,
): Promise<Resumption<TakeoverContext>> {
  const task = taskShape.parse(JSON.parse(row.plan));
  const context = remembered(task, parts, entries);
  await takeOver(context, record);
  const view = operation.parse(JSON.parse(row.view));
  const passed = pointPassed(view, entries);
  const program = programOf(task, context, () => afterwards(task));
  const where = whereEnded(view.steps, entries);
  // Nothing depends on what nobody watched: the copy was made without the console, and the data are compared again.
  const wentBack = undoBegan(entries) || cancelAsked(entries) !== null;
  if (!passed && task.kind === 'reseed' && beginnings(entries).has('copy') && !wentBack) {
    const text = `The console ended ${where}, and the copy went on without it: it goes on from there.`;
    return { decision: 'go-on', text, program };
  }
  if (!passed) {
    const text = `The console ended ${where}, before the point of no return: everything is undone.`;
    return { decision: 'undo', text, program };
  }
  if (!isRejoin(task) && (await undoneMeanwhile(context))) {
    const text = `The console ended ${where}, and what it had begun was undone meanwhile: the undo is completed.`;
    return { decision: 'undo', text, program };
  }
  await stopOldPrimary(context);
  const text = `The console ended ${where}, behind the point of no return: it goes on from there.`;
  return { decision: 'go-on', text, program };
}

const undoBegan = (entries: readonly Entry[]): boolean => entries.some(({ kind }) => kind === 'undo-intent');

/** The context as the journal tells it. */
export function remembered(task: Task, parts: TakeoversParts, entries: readonly Entry[]): TakeoverContext {
  const context = newContext(task, stepParts(parts));
  context.takenUp = true;
  context.connections =
    z.record(z.string(), z.array(z.number())).nullable().parse(recorded(entries, 'connections')) ?? {};
  context.before = before.nullable().parse(recorded(entries, 'before'));
  context.madeReadOnly = z.array(z.string()).nullable().parse(recorded(entries, 'made-read-only')) ?? [];
  context.persistedBefore = persistedBefore(entries);
  const seal = recorded(entries, 'seal');
  context.seal = typeof seal === 'string' ? gtidList(seal) : null;
  const stoppedAt = recorded(entries, 'stopped-at');
  if (typeof stoppedAt === 'number') {
    context.stoppedAt = { wall: stoppedAt, monotonic: performance.now() - (parts.now() - stoppedAt) };
  }
  const outage = recorded(entries, WRITE_OUTAGE);
  context.outageMs = typeof outage === 'number' ? outage : null;
  context.opened = endedSteps(entries).has('open');
  context.setAside = setAside.nullable().parse(recorded(entries, 'set-aside'));
  context.swapAsked = recorded(entries, 'swap-asked') === true;
  context.kept = keptData.nullable().parse(recorded(entries, 'kept'));
  for (const { name } of task.hooks ?? []) {
    const attempts = recorded(entries, `hook-attempt-${name}`);
    if (typeof attempts === 'number') context.hookAttempts[name] = attempts;
    const left = hookProcess.nullable().parse(recorded(entries, `hook-process-${name}`));
    if (left) context.hookProcesses[name] = left;
  }
  return context;
}

/** undefined where it was never asked: null is an answer too. */
function persistedBefore(entries: readonly Entry[]): boolean | null | undefined {
  const asked = entries.some(({ data }) => isObject(data) && data['name'] === 'persisted-read-only');
  return asked ? z.boolean().nullable().parse(recorded(entries, 'persisted-read-only')) : undefined;
}

/** Ends what the interrupted run left open, and takes the locks, on every server that answers. */
async function takeOver(context: TakeoverContext, record: (name: string, value: Json) => Promise<void>): Promise<void> {
  const { task, links, connections } = context;
  const old = { ...connections };
  await Promise.all(
    task.servers.map(async ({ name }) => {
      try {
        const session = await links.open(name, 'lock', CONNECT_MS);
        await links.open(name, 'side', CONNECT_MS);
        if (name === task.target) await links.open(name, 'wait', CONNECT_MS);
        const left = old[name] ?? [];
        if (left.length > 0) await session.run(killSessions(left), STATEMENT_MS);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        // It does not answer now: its undo tries again, its steps become follow-ups.
        links.close(name, 'lock');
      }
    }),
  );
  context.connections = links.ids();
  await record('connections', context.connections);
  for (const name of links.serversWith('lock')) {
    const deadline = performance.now() + STATEMENT_MS;
    // A killed connection frees its lock a moment later.
    while (!lockAnswer(await links.get(name, 'lock').row(takeLock(), STATEMENT_MS)).taken) {
      if (performance.now() < deadline) continue;
      await links.release();
      throw new BatonError(
        'already-running',
        `Another console holds the lock for takeovers on ${name}.`,
        'Look there.',
      );
    }
  }
}

/**
 * The target takes no writes, and it follows the old primary again or that one takes writes: what was begun has been
 * undone, by a console, by hand, or by a restart, and what was acknowledged since is only there.
 */
async function undoneMeanwhile({ task, links }: TakeoverContext): Promise<boolean> {
  const session = links.find(task.target, 'lock');
  if (!session) return false;
  const readOnly = sealOf(await session.row(readSeal(), STATEMENT_MS)).readOnly;
  const statuses = (await session.run(readReplication(), STATEMENT_MS)).map(replicaStatus);
  if (!readOnly) return false;
  if (statuses.some(({ connection }) => connection === targetConnection(task).name)) return true;
  const old = task.kind === 'switchover' && task.oldPrimary !== null ? links.find(task.oldPrimary, 'lock') : null;
  return old !== null && !sealOf(await old.row(readSeal(), STATEMENT_MS)).readOnly;
}

/**
 * Before the new primary is opened, if it is not yet: the old one surely takes no writes. That of a failover may have come
 * back meanwhile; one that can't be stopped is found by verify.
 */
async function stopOldPrimary({ task, links }: TakeoverContext): Promise<void> {
  if (task.oldPrimary === null || (task.kind !== 'switchover' && task.kind !== 'failover')) return;
  const session = links.find(task.oldPrimary, 'lock');
  try {
    await session?.run(stopWrites(3), STATEMENT_MS);
  } catch (error) {
    if (!(error instanceof SqlError) || task.kind === 'switchover') throw error;
  }
}
