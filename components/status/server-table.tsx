'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import type { ClusterSnapshot, ReplicationConnection, ServerSnapshot } from '../../server/contract/snapshot.ts';
import { count } from '../format/number.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Gtid } from '../ui/gtid.tsx';
import { Hint } from '../ui/hint.tsx';
import { Status } from '../ui/mark.tsx';
import { addReplicaPath } from '../ui/paths.ts';
import { Section } from '../ui/section.tsx';
import { AsOf, useStale } from './as-of.tsx';
import { ServerAction } from './server-action.tsx';
import { lagExplained, lagText, markOf, serverLine } from './server-line.ts';
import { ThreadState } from './thread-state.tsx';

/** The truth about a cluster: each server, each of its replication connections, a row. */
export function ServerTable({ cluster }: { cluster: ClusterSnapshot }) {
  return (
    <Section
      id="servers"
      title="Servers"
      aside={
        cluster.kind === 'replication' && (
          <Link href={addReplicaPath(cluster.name)} prefetch={false} className="target link">
            Add a replica ›
          </Link>
        )
      }
    >
      <table className="table">
        <caption className="sr-only">Servers of {cluster.name} and how each replicates</caption>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Status</th>
            {ofReplication(cluster) ? (
              <>
                <th scope="col">Lag</th>
                <th scope="col">IO thread</th>
                <th scope="col">SQL thread</th>
                <th scope="col">Behind</th>
              </>
            ) : (
              <th scope="col" colSpan={4}>
                State
              </th>
            )}
            <th scope="col">Position</th>
            <th scope="col">As of</th>
            <th scope="col">
              <span className="sr-only">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {cluster.servers.map((server) => (
            <ServerRows key={server.name} cluster={cluster} server={server} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}

/** A Galera node without a binary log has no position of that kind: its seqno stands in its sentence. */
const showsPosition = ({ gtid, galera }: ServerSnapshot): boolean =>
  gtid !== null && (!galera || gtid.current !== '' || gtid.binlog !== '');

/** Nodes of a Galera cluster that replicate from nobody outside have no threads to show. */
const ofReplication = ({ kind, servers }: ClusterSnapshot): boolean =>
  kind !== 'galera' || servers.some(({ replication }) => replication.length > 0);

function ServerRows({ cluster, server }: { cluster: ClusterSnapshot; server: ServerSnapshot }) {
  const line = serverLine(server, cluster);
  const stale = useStale(server, cluster);
  const [first, ...others] = server.replication;
  const silent = server.state === 'unreachable';
  const errors = server.replication.filter((one) => one.lastError !== null);
  return (
    <>
      <tr id={server.name} className={clsx('target:bg-accent-soft', stale && 'text-faint')}>
        <th scope="row">
          <span className="block">{server.name}</span>
          <Address text={server.address} />
          {server.via === 'agent' && (
            <span className="block text-sm font-normal text-faint">
              {server.tcpOff ? 'TCP off, through its agent' : 'through its agent'}
            </span>
          )}
        </th>
        <td data-label="Status">
          <Status level={markOf(line.level, stale)} word={line.word} />
          {server.maintenance !== null && (
            <span className="block text-sm text-soft">in maintenance: {server.maintenance.reason}</span>
          )}
        </td>
        {first === undefined || silent ? (
          <NoReplication text={line.text} detail={line.detail} />
        ) : (
          <Replication connection={first} />
        )}
        <td data-label="Position" data-empty={!showsPosition(server) || undefined}>
          {server.gtid !== null && showsPosition(server) && (
            <span className="inline-flex items-start">
              <Gtid text={server.gtid.current || server.gtid.binlog} />
              <CopyButton
                text={server.gtid.current || server.gtid.binlog}
                label={`Copy the position of ${server.name}`}
              />
            </span>
          )}
        </td>
        <td data-label="As of">
          <AsOf server={server} cluster={cluster} />
        </td>
        <td className="md:text-right">
          <ServerAction cluster={cluster.name} server={server} reasonClass="md:max-w-56 text-left" />
        </td>
      </tr>
      {!silent &&
        others.map((connection) => (
          <tr key={connection.connection}>
            <SameServer />
            <td data-label="Connection" className="text-soft">
              “{connection.connection}”
            </td>
            <Replication connection={connection} />
            <SameServer columns={3} />
          </tr>
        ))}
      {errors.map((connection) => (
        <tr key={`error ${connection.connection}`} className="md:[&>td]:border-t-0 md:[&>td]:pt-0">
          <SameServer />
          <td colSpan={8} className="!block !text-left text-sm text-soft md:!table-cell">
            <span className="text-ink">
              {connection.lastError?.thread === 'sql' ? 'SQL' : 'IO'} error {connection.lastError?.number}:
            </span>{' '}
            {connection.lastError?.text}
          </td>
        </tr>
      ))}
    </>
  );
}

/** A cell whose content stands in the row above. */
function SameServer({ columns = 1 }: { columns?: number }) {
  return (
    <td data-empty colSpan={columns}>
      <span className="sr-only">as above</span>
    </td>
  );
}

function Address({ text }: { text: string }) {
  return (
    <span className="flex items-center font-normal text-faint">
      <span className="mono break-all">{text}</span>
      <CopyButton text={text} label={`Copy ${text}`} />
    </span>
  );
}

function NoReplication({ text, detail }: { text: string; detail: string | null }) {
  return (
    <td data-label="State" colSpan={4}>
      {detail === null ? text : <Hint text={detail}>{text}</Hint>}
    </td>
  );
}

function Replication({ connection }: { connection: ReplicationConnection }) {
  const behind = connection.transactionsBehind;
  const received = connection.transactionsInRelayLog;
  return (
    <>
      <td data-label="Lag">
        <Hint text={lagExplained(connection)}>{lagText(connection)}</Hint>
      </td>
      <td data-label="IO thread">
        <ThreadState state={connection.ioThread} />
      </td>
      <td data-label="SQL thread">
        <ThreadState state={connection.sqlThread} />
      </td>
      <td data-label="Behind">
        {behind === null ? <span className="text-faint">unknown</span> : count(behind)}
        {received !== null && received > 0 && (
          <span className="block whitespace-nowrap text-sm text-faint">{count(received)} received</span>
        )}
      </td>
    </>
  );
}
