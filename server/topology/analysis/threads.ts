import type { ProblemCode, ReplicationConnection, ServerSnapshot } from '../../contract/snapshot.ts';
import { freshServers, transactions, type Evidence, type Finding, type Rule } from './finding.ts';

/** A rule that holds for each connection of each server that is seen now. */
export function perConnection(
  find: (server: ServerSnapshot, connection: ReplicationConnection, evidence: Evidence) => Finding | null,
): Rule {
  return (evidence) =>
    freshServers(evidence).flatMap((server) =>
      server.replication.flatMap((connection) => find(server, connection, evidence) ?? []),
    );
}

const behind = (connection: ReplicationConnection): string =>
  connection.transactionsBehind === null ? '' : `, ${transactions(connection.transactionsBehind)} behind`;

const from = (connection: ReplicationConnection): string => connection.primary ?? connection.source;

/** The error of that thread: a connection tells one, and with both threads down it is the other's. */
function errorOf(connection: ReplicationConnection, of: 'io' | 'sql'): ReplicationConnection['lastError'] {
  return connection.lastError?.thread === of ? connection.lastError : null;
}

function thread(
  code: ProblemCode,
  level: Finding['level'],
  server: ServerSnapshot,
  text: string,
  fix: string | null,
): Finding {
  return { code, level, server: server.name, text, fix };
}

export const sqlStopped = perConnection((server, connection) =>
  connection.sqlThread === 'stopped'
    ? thread(
        'replica-sql-stopped',
        'serious',
        server,
        `${server.name} is not applying changes: its SQL thread is stopped${behind(connection)}.`,
        // Any start of a fully stopped replica drops its relay log (measured on 10.11): harmless only while the source is there.
        `START SLAVE on ${server.name} while ${from(connection)} is reachable.`,
      )
    : null,
);

export const sqlError = perConnection((server, connection) => {
  if (connection.sqlThread !== 'error') return null;
  const error = errorOf(connection, 'sql');
  return thread(
    'replica-sql-error',
    'serious',
    server,
    `${server.name} stopped applying with ${error ? `error ${error.number}` : 'an error'}${behind(connection)}${error ? `: ${error.text}` : '.'}`,
    'Find out which transaction differs before you skip or start anything.',
  );
});

export const ioStopped = perConnection((server, connection) =>
  connection.ioThread === 'stopped'
    ? thread(
        'replica-io-stopped',
        'serious',
        server,
        `${server.name} receives nothing from ${from(connection)}: its IO thread is stopped${behind(connection)}.`,
        `START SLAVE IO_THREAD on ${server.name}.`,
      )
    : null,
);

export const ioError = perConnection((server, connection) => {
  if (connection.ioThread !== 'error') return null;
  const error = errorOf(connection, 'io');
  return thread(
    'replica-io-error',
    'serious',
    server,
    `${server.name} receives nothing from ${from(connection)}: ${error ? `error ${error.number}, ${error.text}` : 'its IO thread has an error.'}`,
    ioFix(error?.number ?? 0, server, connection),
  );
});

export const ioConnecting = perConnection((server, connection) =>
  connection.ioThread === 'connecting'
    ? thread(
        'replica-io-connecting',
        'caution',
        server,
        `${server.name} is trying to connect to ${from(connection)}${behind(connection)}.`,
        null,
      )
    : null,
);

/** What MariaDB's number does not say (measured on 10.11: a missing certificate has the text of a wrong password). */
function ioFix(errno: number, server: ServerSnapshot, connection: ReplicationConnection): string | null {
  if (errno === 1045)
    return `Check password, host and, where the account requires one, the certificate of the replication account on ${from(connection)}.`;
  if (errno === 1236)
    return `${from(connection)} no longer has, or never had, the position of ${server.name}: compare their transactions; a new first copy is the safe way back.`;
  if (errno === 2003) return `Check that ${connection.source} can be reached from ${server.name}.`;
  if (errno === 2026) return 'Check the certificates: their dates, their CA and the names in them.';
  return null;
}
