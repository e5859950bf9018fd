import { lockAnswer, takeLock } from '../mariadb/advisory-lock.ts';
import { stopWrites } from '../mariadb/freeze.ts';
import { Session } from '../mariadb/session.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { TakeoversParts } from './parts.ts';

const CONNECT_MS = 2_000;
const LOCK_WAIT_SECONDS = 3;
const STATEMENT_MS = 5_000;

export type Fenced =
  /** It takes no writes, or who is right is not ours to say. */
  { readonly kind: 'not-needed' } | { readonly kind: 'fenced' } | { readonly kind: 'failed'; readonly error: string };

/**
 * Stops the writes of an old primary that a failover has replaced and that came back writable: it hung and was thawed,
 * or was cut off, and each second of it is a second of two primaries. Only where the promoted server surely takes writes,
 * and where nobody's takeover is at work. To be called after a look at both. Never rejects with SqlError.
 */
export async function fenceReturned(parts: TakeoversParts, server: string, target: string): Promise<Fenced> {
  if (!takesWrites(parts, server) || !takesWrites(parts, target)) return { kind: 'not-needed' };
  if (parts.users.operate === null) return { kind: 'failed', error: 'account.operate is not configured' };
  try {
    const session = new Session(server, await parts.connect(server, 'operate', CONNECT_MS));
    try {
      // Freed with the connection.
      if (!lockAnswer(await session.row(takeLock(), STATEMENT_MS)).taken) return { kind: 'not-needed' };
      await session.run(stopWrites(LOCK_WAIT_SECONDS), STATEMENT_MS);
      return { kind: 'fenced' };
    } finally {
      session.close();
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { kind: 'failed', error: error.message };
  }
}

function takesWrites({ watch }: TakeoversParts, server: string): boolean {
  if (watch.observationOf(server)?.kind !== 'up') return false;
  const facts = watch.factsOf(server)?.facts;
  return facts !== undefined && !facts.readOnly && followsNobodyHere(watch, server);
}

/** Whether it replicates from no server of the cluster; from outside of it a primary may. */
export function followsNobodyHere({ snapshot }: Pick<TakeoversParts['watch'], 'snapshot'>, server: string): boolean {
  const replication = snapshot().servers.find(({ name }) => name === server)?.replication ?? [];
  return replication.every(({ primary }) => primary === null);
}
