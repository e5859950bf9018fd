import type { UnreachableReason } from '../contract/snapshot.ts';
import type { Pool } from '../mariadb/pool.ts';
import { readServerFacts, type Counters } from '../mariadb/server-facts.ts';
import type { SlowFacts } from '../mariadb/slow-facts.ts';
import { SqlError, type SqlFailureKind } from '../mariadb/sql-error.ts';
import type { Observation } from './observation.ts';

/**
 * One look at one server within timeoutMs, connecting included. Never rejects: what went wrong is in
 * the observation, and an answer that can't be understood must not end the watch over all others. `slow` spares the
 * statements whose answers change seldom, `counters` those that cost most.
 */
export async function observe(
  pool: Pool,
  options: {
    readonly timeoutMs: number;
    readonly slow?: SlowFacts;
    readonly counters?: Counters;
    readonly galera?: boolean;
    readonly now: () => number;
  },
): Promise<Observation> {
  const started = performance.now();
  try {
    const facts = await pool.use(options.timeoutMs, (connection, leftMs) =>
      readServerFacts(connection, {
        timeoutMs: leftMs(),
        galera: options.galera ?? false,
        ...(options.slow ? { slow: options.slow } : {}),
        ...(options.counters ? { counters: options.counters, inOne: true } : {}),
      }),
    );
    return { kind: 'up', at: options.now(), roundTripMs: performance.now() - started, facts };
  } catch (error) {
    const failure = error instanceof SqlError ? error : new SqlError('other', 0, String(error));
    return { kind: 'unreachable', at: options.now(), reason: reasonOf(failure), detail: sentence(failure) };
  }
}

/**
 * A frozen server's kernel takes connections only until its queue is full (listen backlog, some 80); from then on it is
 * as silent as a dead host. What was hung and stopped answering at all is still hung.
 */
export function settled(previous: Observation | null, next: Observation): Observation {
  const stillHung =
    previous?.kind === 'unreachable' &&
    previous.reason === 'hung' &&
    next.kind === 'unreachable' &&
    next.reason === 'timeout';
  return stillHung ? { ...next, reason: 'hung', detail: previous.detail } : next;
}

function reasonOf(error: SqlError): UnreachableReason {
  return error.errno === 1227 ? 'access-denied' : reasons[error.kind];
}

const reasons: Readonly<Record<SqlFailureKind, UnreachableReason>> = {
  refused: 'refused',
  timeout: 'timeout',
  hung: 'hung',
  'access-denied': 'access-denied',
  'too-many-connections': 'too-many-connections',
  'host-unknown': 'host-unknown',
  tls: 'tls',
  agent: 'agent',
  other: 'other',
  // An open connection whose statement misses the deadline: the server is there and does not answer.
  deadline: 'hung',
  lost: 'other',
  statement: 'other',
};

const words: Readonly<Record<UnreachableReason, string>> = {
  refused: 'nothing listens there',
  timeout: 'no answer to the connection attempt',
  hung: 'it takes connections and does not answer',
  'access-denied': "it refuses the console's account",
  'too-many-connections': 'it has no connection left',
  'host-unknown': 'its host name is not known',
  tls: 'no trusted encrypted connection',
  agent: 'it is reached through its agent alone',
  other: 'the connection failed',
};

function sentence(error: SqlError): string {
  if (error.errno === 1227) return `the account lacks SLAVE MONITOR: ${error.message}`;
  return `${words[reasonOf(error)]}: ${error.message}`;
}
