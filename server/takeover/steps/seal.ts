import { readSeal, sealOf } from '../../mariadb/freeze.ts';
import { formatGtidList } from '../../mariadb/gtid.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import { perform, type TakeoverContext } from '../context.ts';

/** The position to reach, read on the lock's own connection; it must stand still from here on. */
export function seal(server: string): Step<TakeoverContext> {
  return {
    id: 'seal',
    name: 'seal',
    server,
    deadlineMs: 3_000,
    intentAhead: true,
    async run(context, act) {
      const session = context.links.get(server, 'freeze');
      // It is read again while the target drains, and a third time before the target forgets this server.
      const [row] = await perform(act, session, readSeal());
      const { position, readOnly } = sealOf(row ?? {});
      if (!readOnly) return failed(`${server} takes writes again: somebody has set read_only=0`);
      const words = formatGtidList(position);
      context.seal = position;
      act.remember('seal', words);
      return done(`position ${words}`);
    },
  };
}
