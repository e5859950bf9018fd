import { setTimeout as delay } from 'node:timers/promises';
import { userInfo } from 'node:os';
import { BatonError } from '../contract/errors.ts';
import { addressText } from '../contract/listen-address.ts';
import type { WantedPrimary } from '../contract/parameters.ts';
import { clientAccount } from '../mariadb/client-options.ts';
import { connect, type Connection } from '../mariadb/connection.ts';
import { furthest, gtidList, notReached, transactionsBehind, type GtidList } from '../mariadb/gtid.ts';
import { appliedPosition, localReplication } from '../mariadb/local-server.ts';
import {
  becomeReplica,
  isPassing,
  serverId,
  startReplication,
  stopReplication,
  type SeenPrimary,
} from '../mariadb/new-replica.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { admitAtSocket, dropSetupAccount } from '../mariadb/socket-accounts.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { PrivateServer } from './private-server.ts';

const STATEMENT_MS = 30_000;
const PAUSE_MS = 100;
/** Until both threads run. */
const CONNECT_PATIENCE_MS = 60_000;
/** Then a replica that has much to apply goes on with it when it is started for good. */
const CATCH_UP_MS = 60_000;

export interface Attachment {
  readonly primary: WantedPrimary;
  readonly seen: SeenPrimary;
  readonly position: GtidList;
  readonly ssl: ReplicaStatus['ssl'];
  /** Options files whose account has to be let in over the socket: the server's own, the agent's. */
  readonly accountFiles: readonly string[];
  readonly signal: AbortSignal;
  readonly onBehind: (transactions: number) => void;
}

/**
 * Makes the server a replica of the primary, waits until it replicates and has what the primary had when it was looked at
 * (or a minute has gone by), and sees that the accounts of its own options files get in whatever accounts the copy brought.
 * Answers how many transactions it is behind. Rejects with the reason; nothing of it is then to be kept.
 */
export async function attach(server: PrivateServer, attachment: Attachment): Promise<number> {
  const { primary, seen, ssl } = attachment;
  const connection = await server.connection();
  try {
    const own = await serverId(connection, STATEMENT_MS);
    if (own === seen.serverId) {
      const text = `Both servers have server_id ${own}: a replica skips what its own id has written.`;
      throw new BatonError('refused', text, 'Give this one another server_id in its options file.');
    }
    // What the data know of domains that no event of the source's own binary log has touched.
    const known = gtidList(await appliedPosition(connection, STATEMENT_MS));
    const { position: stated } = attachment;
    const position = [...stated, ...known.filter((one) => !stated.some(({ domain }) => domain === one.domain))];
    const to = { connection: '', ...primary, ...usual, ssl, demote: false };
    await becomeReplica(connection, { to, position: stated.length === 0 ? [] : position }, STATEMENT_MS);
    await startReplication(connection, STATEMENT_MS);
    const behind = await untilReplicates(connection, attachment);
    await stopReplication(connection, STATEMENT_MS);
    for (const file of attachment.accountFiles) await letIn(server, connection, file);
    await dropSetupAccount(connection, STATEMENT_MS);
    return behind;
  } finally {
    connection.destroy();
  }
}

/** A dead link is noticed after two heartbeats, and tried again every few seconds: not after the default's minute. */
const usual = { connectRetrySeconds: 5, heartbeatPeriodSeconds: 5, delaySeconds: 0 };

async function untilReplicates(connection: Connection, attachment: Attachment): Promise<number> {
  const { seen, signal, onBehind } = attachment;
  const where = addressText(attachment.primary);
  const connectEnd = performance.now() + CONNECT_PATIENCE_MS;
  let catchUpEnd = Number.POSITIVE_INFINITY;
  for (;;) {
    signal.throwIfAborted();
    const [status] = await localReplication(connection, STATEMENT_MS);
    if (!status) throw new Error('the server has forgotten its primary');
    const trouble = troubleOf(status);
    if (trouble !== null) throw new BatonError('refused', `The copy does not replicate from ${where}: ${trouble}.`);
    if (status.ioThread === 'running' && status.sqlThread === 'running') {
      const applied = furthest(status.appliedGtid, []);
      const behind = transactionsBehind(seen.position, applied);
      onBehind(behind);
      catchUpEnd = Math.min(catchUpEnd, performance.now() + CATCH_UP_MS);
      if (notReached(applied, seen.position).length === 0 || performance.now() > catchUpEnd) return behind;
    } else if (performance.now() > connectEnd) {
      const text = status.ioError?.text ?? 'it does not connect';
      throw new BatonError('unavailable', `The copy does not replicate from ${where} yet: ${text}.`, 'Run this again.');
    }
    await delay(PAUSE_MS, undefined, { signal });
  }
}

/** What waiting does not mend. */
function troubleOf({ sqlError, ioError }: ReplicaStatus): string | null {
  if (sqlError) return `${sqlError.number} ${sqlError.text}`;
  if (!ioError || isPassing(ioError.number)) return null;
  return `${ioError.number} ${ioError.text}`;
}

/** The account that this file names for the command-line programs: made to get in where the copy's accounts keep it out. */
async function letIn(server: PrivateServer, connection: Connection, file: string): Promise<void> {
  const { user, password } = await clientAccount(file);
  if (user === null) return;
  const target = { host: 'localhost', port: 0, socketPath: server.socket, user, password };
  const tries = async (): Promise<boolean> => {
    try {
      (await connect(target, STATEMENT_MS)).destroy();
      return true;
    } catch (error) {
      if (error instanceof SqlError && error.kind === 'access-denied') return false;
      throw error;
    }
  };
  if (await tries()) return;
  const bySystemUser = userInfo().username === user;
  if (password === '' && !bySystemUser) {
    throw new BatonError(
      'refused',
      `${file} signs in as ${user} without a password, and the accounts of the copy do not let that in.`,
      'Give it a password there: the replica’s account gets it too.',
    );
  }
  await admitAtSocket(connection, { user, password }, STATEMENT_MS);
  if (!(await tries())) throw new Error(`the account of ${file} does not get in over the socket`);
}
