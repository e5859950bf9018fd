import { setTimeout as delay } from 'node:timers/promises';
import { readPositions, waitForPosition } from '../../mariadb/drain.ts';
import { closeTables } from '../../mariadb/freeze.ts';
import { formatGtidList, gtidList, notReached, transactionsBehind } from '../../mariadb/gtid.ts';
import { number, text } from '../../mariadb/row.ts';
import { done, failed, type Act, type Step } from '../../operations/step.ts';
import { look, oldPrimaryOf, type TakeoverContext } from '../context.ts';
import { prepareReplicas } from '../prepare-replicas.ts';
import { releaseReplicas } from '../release-replicas.ts';
import { Unanswered } from '../unanswered.ts';

/** Level enough: what the primary had a moment ago is applied within this time. It is what the drain will take. */
const LEVEL_MS = 50;
/** After this time a longer drain is accepted, up to the second number: a busy replica may never be level. */
const PATIENCE_MS = 15_000;
const LONGEST_DRAIN_MS = 3_000;
const PAUSE_MS = 50;

/**
 * While the old primary still takes writes: replicas that are writable are made read-only, and the target applies its
 * backlog. All of a takeover's outage but milliseconds is backlog (measured on 10.11).
 */
export function catchUp(target: string): Step<TakeoverContext> {
  const unanswered = new Unanswered();
  return {
    id: 'catch-up',
    name: 'catch up',
    server: target,
    deadlineMs: 40_000,
    async run(context, act) {
      await prepareReplicas(context, act);
      const level = await untilLevel(context, act);
      if (level.kind === 'failed') return level;
      await closeOpenTables(context, act);
      return level;
    },
    async undo(context, act) {
      const { servers, silent } = await releaseReplicas(context, act, unanswered);
      if (silent.length > 0) {
        const note = silent.map(({ server, error }) => `${server} does not answer: ${error}`).join('; ');
        return { kind: 'left', note, followUps: silent.map(({ followUp }) => followUp) };
      }
      return servers === 0 ? { kind: 'nothing' } : { kind: 'undone', note: null };
    },
  };
}

async function untilLevel(context: TakeoverContext, act: Act): Promise<ReturnType<typeof done>> {
  const { task, links } = context;
  const oldPrimary = links.get(oldPrimaryOf(context), 'side');
  const target = links.get(task.target, 'wait');
  const started = performance.now();
  let lastBehind = 0;
  while (act.deadline.remainingMs() > 0) {
    if (act.signal.aborted) return failed('cancelled');
    const asked = performance.now();
    const [primaryRow] = await look(act, oldPrimary, readPositions());
    const [targetRow] = await look(act, target, readPositions());
    const wanted = gtidList(text(primaryRow ?? {}, 'binlog'));
    const has = gtidList(text(targetRow ?? {}, 'current'));
    lastBehind = transactionsBehind(wanted, has);
    const missing = notReached(has, wanted);
    context.targetWas = has;
    const waited = missing.length === 0 || (await reached(act, target, missing));
    const tookMs = performance.now() - asked;
    if (waited && tookMs <= LEVEL_MS) return done(`${task.target} is level, ${Math.round(tookMs)} ms behind`);
    if (waited && performance.now() - started > PATIENCE_MS && tookMs <= LONGEST_DRAIN_MS) {
      return done(`${task.target} stays about ${Math.round(tookMs)} ms behind: writes will be stopped that long`);
    }
    act.waitsFor(`position ${formatGtidList(has)} of ${formatGtidList(wanted)}, ${lastBehind} transactions behind`);
    await delay(PAUSE_MS);
  }
  return failed(`${task.target} did not catch up: still ${lastBehind} transactions behind`);
}

async function reached(
  act: Act,
  target: ReturnType<TakeoverContext['links']['get']>,
  missing: Parameters<typeof waitForPosition>[0],
): Promise<boolean> {
  const [row] = await look(act, target, waitForPosition(missing, 0.5), 5_000);
  return number(row ?? {}, 'waited') === 0;
}

/** Best effort: it only shortens the freeze. */
async function closeOpenTables(context: TakeoverContext, act: Act): Promise<void> {
  const session = context.links.get(oldPrimaryOf(context), 'side');
  await look(act, session, closeTables(1)).catch(() => undefined);
}
