import { readSeal, sealOf } from '../../mariadb/freeze.ts';
import { formatGtidList } from '../../mariadb/gtid.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import { perform, type TakeoverContext } from '../context.ts';

/** The position to reach, read on the lock's own connection until it stands still. */
export function seal(server: string): Step<TakeoverContext> {
  return {
    id: 'seal',
    name: 'seal',
    server,
    deadlineMs: 3_000,
    intentAhead: true,
    async run(context, act) {
      const session = context.links.get(server, 'freeze');
      // Both are on their way at once; the third look is the drain's last act.
      const [first, second] = await Promise.all([perform(act, session, readSeal()), perform(act, session, readSeal())]);
      const [before, after] = [sealOf(first[0] ?? {}), sealOf(second[0] ?? {})];
      const position = formatGtidList(after.position);
      if (formatGtidList(before.position) !== position) return failed('the position still moves under the read lock');
      if (!after.readOnly) return failed(`${server} takes writes again: somebody has set read_only=0`);
      context.seal = after.position;
      act.remember('seal', position);
      return done(`position ${position}`);
    },
  };
}
