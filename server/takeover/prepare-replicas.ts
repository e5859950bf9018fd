import { stopWrites } from '../mariadb/freeze.ts';
import { waitWithoutReplica } from '../mariadb/semi-sync.ts';
import type { Act } from '../operations/step.ts';
import { perform, type TakeoverContext } from './context.ts';
import { waits } from './release-replicas.ts';
import { performSemiSync } from './settle-semi-sync.ts';

const LOCK_WAIT_SECONDS = 2;

/**
 * The first, reversible acts of a takeover: replicas that take writes are made read-only, which is written down first, and
 * the first commit of the new primary will not wait for a replica that has not come yet. Its inverse: releaseReplicas.
 */
export async function prepareReplicas(context: TakeoverContext, act: Act): Promise<void> {
  const { task, before, links } = context;
  const writable = Object.entries(before ?? {}).filter(([name, was]) => name !== task.oldPrimary && !was.readOnly);
  context.madeReadOnly = writable.map(([name]) => name);
  if (writable.length > 0) await act.record('made-read-only', context.madeReadOnly);
  for (const name of context.madeReadOnly) await perform(act, links.get(name, 'lock'), stopWrites(LOCK_WAIT_SECONDS));
  if (waits(context)) await performSemiSync(act, links.get(task.target, 'lock'), [waitWithoutReplica(false)]);
}
