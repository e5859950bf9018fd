import { readCurrentPosition, waitForPosition } from '../../mariadb/drain.ts';
import { readSeal, sealOf } from '../../mariadb/freeze.ts';
import { formatGtidList, gtidList, notReached, reaches, type GtidList } from '../../mariadb/gtid.ts';
import { number, text } from '../../mariadb/row.ts';
import { done, failed, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { look, oldPrimaryOf, perform, type TakeoverContext } from '../context.ts';

/** Waits come in slices, so that the page sees the position move and a cancel is heard. */
const SLICE_SECONDS = 0.2;

/**
 * The target applies up to the sealed position. Only then may a replication thread be stopped: stopping or re-pointing a
 * MariaDB replica drops what it has received and not applied. Last act: the lock still holds.
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
      context.sweep?.again(act);
      const end = await drainTo(context, act, server, context.seal);
      if (end.kind !== 'done') return end;
      const lost = await lockLost(context, act);
      return lost === null ? end : failed(lost);
    },
  };
}

/** Waits until the server has applied the position. MASTER_GTID_WAIT knows no transactions of the server's own: they are left out. */
export async function drainTo(context: TakeoverContext, act: Act, server: string, wanted: GtidList): Promise<StepEnd> {
  const session = context.links.get(server, 'wait');
  let has = context.targetWas;
  let missing = notReached(has, wanted);
  while (missing.length > 0) {
    if (act.signal.aborted) return failed('cancelled');
    if (act.deadline.remainingMs() === 0) {
      return failed(`${server} stands at ${formatGtidList(has)} and did not reach ${formatGtidList(wanted)} in time`);
    }
    const [row] = await perform(act, session, waitForPosition(missing, SLICE_SECONDS));
    if (number(row ?? {}, 'waited') === 0) break;
    const [position] = await look(act, session, readCurrentPosition());
    has = gtidList(text(position ?? {}, 'position'));
    if (reaches(has, wanted)) break;
    missing = notReached(has, wanted);
    act.waitsFor(`position ${formatGtidList(has)} of ${formatGtidList(wanted)}`);
  }
  return done(`${server} has applied ${formatGtidList(wanted)}`);
}

async function lockLost(context: TakeoverContext, act: Act): Promise<string | null> {
  const [row] = await perform(act, context.links.get(oldPrimaryOf(context), 'freeze'), readSeal());
  const { position, readOnly } = sealOf(row ?? {});
  if (!readOnly) return 'somebody has set read_only=0 on the old primary';
  return formatGtidList(position) === formatGtidList(context.seal ?? []) ? null : 'the sealed position has moved';
}
