import { readCurrentPosition, waitForPosition } from '../../mariadb/drain.ts';
import { readSeal, sealOf } from '../../mariadb/freeze.ts';
import { formatGtidList, gtidList, notReached, reaches, type GtidList } from '../../mariadb/gtid.ts';
import { number, text } from '../../mariadb/row.ts';
import { done, failed, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { look, oldPrimaryOf, perform, type TakeoverContext } from '../context.ts';

/** Waits come in slices, so that the page sees the position move and a cancel is heard. */
const SLICE_SECONDS = 0.2;
/** What a slice's answer may take beyond it: a wait that is cut off by the clock would say nothing. */
const ANSWER_MS = 300;

/**
 * The target applies up to the sealed position. Only then may a replication thread be stopped: stopping or re-pointing a
 * MariaDB replica drops what it has received and not applied.
 */
export function drain(server: string): Step<TakeoverContext> {
  return {
    id: 'drain',
    name: 'drain',
    server,
    deadlineMs: 15_000,
    intentAhead: true,
    async run(context, act) {
      if (context.seal === null) return failed('there is no sealed position');
      const [end, moved] = await Promise.all([
        drainTo(context, act, server, context.seal),
        stillSealed(context, act, context.seal),
      ]);
      return moved === null ? end : failed(moved);
    },
  };
}

/** The second look at the seal, while the target works: a position that moves under the lock is no seal. */
async function stillSealed(context: TakeoverContext, act: Act, sealed: GtidList): Promise<string | null> {
  const [row] = await perform(act, context.links.get(oldPrimaryOf(context), 'freeze'), readSeal());
  return formatGtidList(sealOf(row ?? {}).position) === formatGtidList(sealed)
    ? null
    : 'the position still moves under the read lock';
}

/** Waits until the server has applied the position. MASTER_GTID_WAIT knows no transactions of the server's own: they are left out. */
export async function drainTo(context: TakeoverContext, act: Act, server: string, wanted: GtidList): Promise<StepEnd> {
  const session = context.links.get(server, 'wait');
  let has = context.targetWas;
  let missing = notReached(has, wanted);
  while (missing.length > 0) {
    if (act.signal.aborted) return failed('cancelled');
    if (act.deadline.remainingMs() < SLICE_SECONDS * 1000 + ANSWER_MS) {
      return failed(`${server} stands at ${formatGtidList(has)} and did not reach ${formatGtidList(wanted)} in time`);
    }
    const [row] = await perform(act, session, waitForPosition(missing, SLICE_SECONDS));
    if (number(row ?? {}, 'waited') === 0) break;
    const [position] = await look(act, session, readCurrentPosition());
    has = gtidList(text(position ?? {}, 'position'));
    if (reaches(has, wanted)) break;
    missing = notReached(has, wanted);
    context.sweep?.again(act);
    act.waitsFor(`position ${formatGtidList(has)} of ${formatGtidList(wanted)}`);
  }
  return done(`${server} has applied ${formatGtidList(wanted)}`);
}
