import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../contract/errors.ts';
import { addressText } from '../contract/listen-address.ts';
import type { WantedPrimary } from '../contract/parameters.ts';
import { connect, type SqlTarget } from '../mariadb/connection.ts';
import { seePrimary, type SeenPrimary } from '../mariadb/new-replica.ts';
import { SqlError } from '../mariadb/sql-error.ts';

const STATEMENT_MS = 10_000;
/** A primary that is being restarted is back by then. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 1_000;
/** Waiting changes nothing. */
const FOR_GOOD = ['access-denied', 'tls', 'statement'];

/**
 * Signs in to the primary as the replica will, before anything is begun. Rejects with BatonError: refused where it does not
 * let this account in or has no binary log, unavailable where it does not answer within half a minute.
 */
export async function lookAtPrimary(
  primary: WantedPrimary,
  tls: SqlTarget['tls'],
  { signal, patienceMs = PATIENCE_MS }: { readonly signal: AbortSignal; readonly patienceMs?: number },
): Promise<SeenPrimary> {
  const { host, port, user, password } = primary;
  const where = addressText(primary);
  const until = performance.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      const connection = await connect({ host, port, user, password, ...(tls ? { tls } : {}) }, STATEMENT_MS);
      try {
        const seen = await seePrimary(connection, STATEMENT_MS);
        if (seen.logs) return seen;
      } finally {
        connection.destroy();
      }
      const text = `The primary at ${where} has no binary log: nobody can replicate from it.`;
      throw new BatonError('refused', text, 'Set log_bin in its options, and start it again.');
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (error.kind === 'access-denied') {
        throw new BatonError(
          'refused',
          `The primary at ${where} does not let ${user} in: ${error.message}.`,
          'primary-url needs the password that is valid now; an account that requires TLS says the same.',
        );
      }
      if (FOR_GOOD.includes(error.kind)) throw new BatonError('refused', `The primary at ${where}: ${error.message}.`);
      if (performance.now() > until) {
        throw new BatonError(
          'unavailable',
          `The primary at ${where} does not answer: ${error.message}.`,
          'Run this again.',
        );
      }
    }
    await delay(PAUSE_MS, undefined, { signal });
  }
}
