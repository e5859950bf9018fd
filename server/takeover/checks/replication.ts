import { advice } from '../../mariadb/advice.ts';
import { formatGtidList, transactionsBehind } from '../../mariadb/gtid.ts';
import { bad, either, well, type CheckOf } from './finding.ts';

export const targetReplicates: CheckOf = (input, { target, connection, oldPrimary, alreadyDone, isMiddle, kind }) => {
  if (alreadyDone) return [];
  if (!connection) {
    return [
      bad(
        'target-replicates',
        target.name,
        `${target.name} replicates from nobody, so nobody knows what it lacks`,
        'Promote a server that replicates from the primary.',
      ),
    ];
  }
  if (oldPrimary && isMiddle && kind !== 'detach') {
    return [
      bad(
        'target-replicates',
        target.name,
        `${target.name} replicates from ${oldPrimary.name}, itself a replica: the primary would go on beside it`,
        `Make ${target.name} a replica of the primary first: baton rejoin ${input.snapshot.name}/${target.name}`,
      ),
    ];
  }
  const from = oldPrimary?.name ?? `${connection.host}:${connection.port}, which is none of this cluster`;
  return [well('target-replicates', target.name, `${target.name} replicates from ${from}`)];
};

export const targetUsesGtid: CheckOf = (_input, { target, connection }) =>
  connection
    ? [
        either('target-uses-gtid', target.name, connection.usingGtid !== 'no', {
          well: `${target.name} replicates by GTID`,
          bad: `${target.name} replicates by file and offset, not by GTID`,
          fix: `Run on ${target.name}, while its primary is alive:`,
          commands: advice.useGtid,
        }),
      ]
    : [];

export const targetSqlThread: CheckOf = (_input, { target, connection, kind }) => {
  if (!connection) return [];
  const { sqlThread, sqlError } = connection;
  const cure = kind === 'failover' || sqlError ? [] : advice.startApplying;
  return [
    either('target-sql-thread', target.name, sqlThread === 'running', {
      well: `${target.name} is applying`,
      bad: `${target.name} is not applying: its SQL thread is stopped${sqlError ? ` by error ${sqlError.number}` : ''}`,
      fix: sqlError
        ? `Cure the error first: ${sqlError.text}`
        : kind === 'failover'
          ? 'Do not start it before its relay log is saved: with a dead primary a start drops what was received and not applied.'
          : `Find out who stopped it, and run on ${target.name}:`,
      commands: cure,
    }),
  ];
};

/** Also where Seconds_Behind_Master says 0: a stopped IO thread of an idle primary does not show in it. */
export const targetIoThread: CheckOf = (_input, { target, connection, kind }) => {
  if (!connection || kind === 'failover') return [];
  const { ioThread, ioError } = connection;
  return [
    either('target-io-thread', target.name, ioThread === 'running', {
      well: `${target.name} is connected to its primary`,
      bad: `${target.name} is not connected to its primary: its IO thread is ${ioThread}`,
      fix: ioError ? `Cure the error first: ${ioError.number}: ${ioError.text}` : `Run on ${target.name}:`,
      commands: ioError ? [] : ioThread === 'stopped' ? advice.startReceiving : advice.replicaStatus,
    }),
  ];
};

export const targetErrors: CheckOf = (_input, { target, connection, kind }) => {
  const error = connection?.sqlError ?? (kind === 'failover' ? null : connection?.ioError) ?? null;
  return error
    ? [
        bad(
          'target-errors',
          target.name,
          `${target.name} reports error ${error.number}: ${error.text}`,
          'Cure the error first.',
          advice.replicaStatus,
        ),
      ]
    : [];
};

export const targetLag: CheckOf = (input, { target, connection, kind }) => {
  if (!connection) return [];
  if (kind === 'failover') {
    const backlog = transactionsBehind(connection.receivedGtid, target.preflight?.current ?? connection.appliedGtid);
    return [
      well(
        'target-lag',
        target.name,
        `${target.name} has ${backlog} received transactions still to apply; they are not lost`,
      ),
    ];
  }
  const status = target.snapshot.replication.find((one) => one.connection === connection.connection);
  const lag = status?.lagSeconds ?? null;
  if (lag === null) {
    // A primary that is none of ours has no remembered position: what it received is all that can be waited for.
    if (kind === 'detach') return [];
    return [
      bad(
        'target-lag',
        target.name,
        `The lag of ${target.name} is not known`,
        'Wait for the next look, and review again.',
      ),
    ];
  }
  const behind = status?.transactionsBehind;
  return [
    either('target-lag', target.name, lag <= input.maxLagSeconds, {
      well: `${target.name} is ${lag} s behind${behind === null || behind === undefined ? '' : `, ${behind} transactions`}`,
      bad: `${target.name} is ${lag} s behind; the limit is ${input.maxLagSeconds} s`,
      fix: 'Wait until it has caught up.',
    }),
  ];
};

export const targetDelay: CheckOf = (_input, { target, connection, kind }) =>
  connection && connection.delaySeconds > 0
    ? [
        kind === 'failover'
          ? bad(
              'target-delay',
              target.name,
              `${target.name} is delayed by ${connection.delaySeconds} s on purpose`,
              'Promote another replica: to change the delay it must be stopped, which drops what it has received.',
            )
          : bad(
              'target-delay',
              target.name,
              `${target.name} is delayed by ${connection.delaySeconds} s on purpose`,
              `Promote another replica, or run on ${target.name}:`,
              advice.noDelay,
            ),
      ]
    : [];

/** A filtered domain never drains, and filtered tables are not there. */
export const targetFilters: CheckOf = (_input, { target, connection }) =>
  connection && connection.filters.length > 0
    ? [
        bad(
          'target-filters',
          target.name,
          `${target.name} does not replicate everything: ${connection.filters.join(', ')}`,
          'Promote a replica without filters: what is filtered out is not there.',
        ),
      ]
    : [];

/** With both threads down and the primary dead, any start drops what was received and not applied (measured on 10.11). */
export const receivedAtRisk: CheckOf = (_input, { target, connection, kind }) => {
  if (kind !== 'failover' || !connection || connection.sqlThread === 'running' || connection.ioThread === 'running')
    return [];
  const received = transactionsBehind(connection.receivedGtid, target.preflight?.current ?? connection.appliedGtid);
  if (received === 0) return [];
  return [
    bad(
      'received-at-risk',
      target.name,
      `${received} transactions are only in the relay log of ${target.name}, whose replication is stopped: any START drops them`,
      `Save them first, on the host of ${target.name}, in its data directory, before any START:`,
      [`mariadb-binlog --start-position=${formatGtidList(connection.appliedGtid)} RELAY-LOG-FILES | mariadb`],
    ),
  ];
};
