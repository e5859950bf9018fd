import { allowWrites, readSeal, sealOf } from '../mariadb/freeze.ts';
import { readReplication } from '../mariadb/promote.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Act } from '../operations/step.ts';
import { look, perform, type TakeoverContext } from './context.ts';

const CONNECT_MS = 2_000;

/**
 * An old primary that came back while its failover was at work has started read-only, as the fence told it to. Where
 * that failover is undone it is the primary still, and takes writes again: else nobody would. Answers what was done, or
 * null where it is down, takes writes, replicates, or another server was promoted by somebody else. Rejects with SqlError
 * where it is there and does not do it.
 */
export async function endFence(context: TakeoverContext, act: Act, server: string): Promise<string | null> {
  if (context.overtaken) return null;
  let session;
  try {
    session = await context.links.fresh(server, Math.min(CONNECT_MS, act.deadline.remainingMs()));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // It reads at its start what was put back.
    return null;
  }
  try {
    const [row] = await look(act, session, readSeal());
    const replicates = (await look(act, session, readReplication())).length > 0;
    if (!row || !sealOf(row).readOnly || replicates) return null;
    await perform(act, session, allowWrites());
    return `${server} came back meanwhile, and takes writes again`;
  } finally {
    session.close();
  }
}
