import { formatGtidList, transactionsBehind } from '../../mariadb/gtid.ts';
import { bad, either, well, type CheckOf } from './finding.ts';

export const targetReplicates: CheckOf = (_input, { target, connection, oldPrimary, alreadyDone }) => {
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
  const from = oldPrimary?.name ?? `${connection.host}:${connection.port}, which is none of this cluster`;
  return [well('target-replicates', target.name, `${target.name} replicates from ${from}`)];
};

export const targetUsesGtid: CheckOf = (_input, { target, connection }) =>
  connection
    ? [
        either('target-uses-gtid', target.name, connection.usingGtid !== 'no', {
          well: `${target.name} replicates by GTID`,
          bad: `${target.name} does not replicate by GTID`,
          fix: 'On it: STOP SLAVE; CHANGE MASTER TO MASTER_USE_GTID=slave_pos; START SLAVE.',
        }),
      ]
    : [];

export const targetSqlThread: CheckOf = (_input, { target, connection }) =>
  connection
    ? [
        either('target-sql-thread', target.name, connection.sqlThread === 'running', {
          well: `${target.name} is applying`,
          bad: `${target.name} is not applying: its SQL thread is stopped${connection.sqlError ? ` by error ${connection.sqlError.number}` : ''}`,
          fix: connection.sqlError
            ? `Cure the error first: ${connection.sqlError.text}`
            : 'Start its SQL thread, unless the primary is dead: a start drops what was received and not applied.',
        }),
      ]
    : [];

export const targetIoThread: CheckOf = (_input, { target, connection, kind }) =>
  connection && kind !== 'failover'
    ? [
        either('target-io-thread', target.name, connection.ioThread === 'running', {
          well: `${target.name} is connected to its primary`,
          bad: `${target.name} is not connected to its primary: its IO thread is ${connection.ioThread}`,
          fix: connection.ioError ? `${connection.ioError.number}: ${connection.ioError.text}` : 'Start its IO thread.',
        }),
      ]
    : [];

export const targetErrors: CheckOf = (_input, { target, connection, kind }) => {
  const error = connection?.sqlError ?? (kind === 'failover' ? null : connection?.ioError) ?? null;
  return error
    ? [
        bad(
          'target-errors',
          target.name,
          `${target.name} reports error ${error.number}: ${error.text}`,
          'Cure the error first.',
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

export const targetDelay: CheckOf = (_input, { target, connection }) =>
  connection && connection.delaySeconds > 0
    ? [
        bad(
          'target-delay',
          target.name,
          `${target.name} is delayed by ${connection.delaySeconds} s on purpose`,
          'Promote another replica, or set MASTER_DELAY=0 on it.',
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
          'Promote a replica without filters.',
        ),
      ]
    : [];

export const multiSource: CheckOf = (_input, { target, connection, oldPrimary, kind }) => {
  const stays =
    target.facts?.replication.filter((one) => one.connection !== connection?.connection && one.host !== '') ?? [];
  const upstream = kind === 'switchover' ? (oldPrimary?.facts?.replication.filter((one) => one.host !== '') ?? []) : [];
  return [
    ...(stays.length > 0
      ? [
          bad(
            'multi-source',
            target.name,
            `${target.name} has other sources, which stay: ${stays.map((one) => `${one.host}:${one.port}`).join(', ')}`,
          ),
        ]
      : []),
    ...(oldPrimary && upstream.length > 0
      ? [
          bad(
            'multi-source',
            oldPrimary.name,
            `${oldPrimary.name} replicates itself from ${upstream.map((one) => `${one.host}:${one.port}`).join(', ')}, which does not move along`,
            'Promote at the top of the chain, or accept that this source is left behind.',
          ),
        ]
      : []),
  ];
};

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
      `Save them first: mariadb-binlog relay.* | mariadb, from position ${formatGtidList(connection.appliedGtid)}.`,
    ),
  ];
};
