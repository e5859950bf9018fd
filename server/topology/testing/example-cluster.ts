import { noSsl } from '../../mariadb/change-primary.ts';
import { gtidList } from '../../mariadb/gtid.ts';
import type { ReplicaStatus } from '../../mariadb/replica-status.ts';
import type { ServerFacts } from '../../mariadb/server-facts.ts';
import { LagHistory } from '../lag-history.ts';
import type { Observation, UpObservation } from '../observation.ts';
import type { ClusterView, ServerView, WatchedServer } from '../view.ts';
import { writableRun } from '../writable.ts';

/** A healthy primary and two replicas as plain data, for the tests of what is derived from them. */

/** When the example is looked at, milliseconds. */
export const exampleNow = Date.parse('2026-03-01T12:00:00Z');

export const examplePosition = '0-1-100';

const grants = ['GRANT BINLOG MONITOR, SLAVE MONITOR, PROCESS ON *.* TO `baton_view`@`%`'];

/** Facts of a server without replication. */
export function exampleFacts(serverId: number, change: Partial<ServerFacts> = {}): ServerFacts {
  return {
    version: { major: 10, minor: 11, patch: 19, text: '10.11.19-MariaDB-log' },
    capabilities: { demoteToReplica: true, eventTimeLag: false },
    hostname: `host-${serverId}`,
    serverId,
    gtidDomainId: 0,
    gtidStrictMode: true,
    readOnly: false,
    logBin: true,
    logSlaveUpdates: true,
    tcpOff: false,
    binlogPos: gtidList(examplePosition),
    binlogState: gtidList(examplePosition),
    slavePos: [],
    currentPos: gtidList(examplePosition),
    replication: [],
    eventScheduler: 'off',
    semiSync: null,
    replicasConnected: 0,
    uptimeSeconds: 1000,
    serverClockMs: exampleNow - 500,
    grants,
    replicaHosts: null,
    dumpConnections: [],
    ...change,
  };
}

/** A connection that replicates from db-1 of the example and is level with it. */
export function exampleStatus(change: Partial<ReplicaStatus> = {}): ReplicaStatus {
  return {
    connection: '',
    host: '10.0.0.1',
    port: 3306,
    user: 'replication_user',
    ioThread: 'running',
    sqlThread: 'running',
    ioError: null,
    sqlError: null,
    secondsBehindMaster: 0,
    usingGtid: 'slave_pos',
    receivedGtid: gtidList(examplePosition),
    appliedGtid: gtidList(examplePosition),
    delaySeconds: 0,
    masterServerId: 1,
    receivedHeartbeats: 10,
    heartbeatPeriodSeconds: 1,
    readLogFile: 'bin.000001',
    readLogPosition: 4711,
    sqlState: '',
    filters: [],
    eventTimeLagSeconds: null,
    connectRetrySeconds: 1,
    ssl: noSsl,
    ...change,
  };
}

/** Facts of a replica of db-1. */
export function exampleReplicaFacts(
  serverId: number,
  status: Partial<ReplicaStatus> = {},
  change: Partial<ServerFacts> = {},
): ServerFacts {
  return exampleFacts(serverId, {
    readOnly: true,
    slavePos: gtidList(examplePosition),
    replication: [exampleStatus(status)],
    ...change,
  });
}

/** The server db-N at 10.0.0.N:3306. */
export function exampleServer(number: number): WatchedServer {
  return { name: `db-${number}`, host: `10.0.0.${number}`, port: 3306, candidate: 'neutral' };
}

/** A look that took 2 ms and landed `agoMs` before now. */
export function up(facts: ServerFacts, agoMs = 499): UpObservation {
  return { kind: 'up', at: exampleNow - agoMs, roundTripMs: 2, facts };
}

export const refused: Observation = {
  kind: 'unreachable',
  at: exampleNow - 100,
  reason: 'refused',
  detail: 'nothing listens there: connect ECONNREFUSED',
};

/** What is known of a server: its newest look, and what it said while it was up. */
export function exampleView(
  number: number,
  last: Observation | null,
  lastUp: UpObservation | null = null,
  change: Partial<ServerView> = {},
): ServerView {
  const seen = last?.kind === 'up' ? last : lastUp;
  return {
    server: exampleServer(number),
    last,
    up: seen,
    previousUp: null,
    writesPerSecond: null,
    // As if it had been read each second for a while.
    writable:
      last?.kind === 'up' ? writableRun({ from: exampleNow - 10_000, last: { startedAt: 0, at: 0 } }, last) : null,
    heard: new Map((seen?.facts.replication ?? []).map((one) => [one.connection, { signs: '', at: exampleNow - 500 }])),
    errant: last === null ? null : [],
    agent: null,
    ...change,
  };
}

/** The primary was read at each of the last 60 seconds at the example's position. */
export function exampleHistory(): LagHistory {
  const history = new LagHistory();
  const position = gtidList(examplePosition);
  for (let second = 60; second > 0; second -= 1) {
    const at = exampleNow - second * 1000;
    history.record(position, position, { startedAt: at, at });
  }
  return history;
}

/** A healthy cluster, with db-1's look landing after those of the replicas. */
export function exampleCluster(change: Partial<ClusterView> = {}): ClusterView {
  return {
    name: 'erp5',
    kind: 'replication',
    sandbox: false,
    now: exampleNow,
    pollMs: 1000,
    lagLimits: { warnSeconds: 5, criticalSeconds: 60 },
    servers: [
      exampleView(1, up(exampleFacts(1), 400)),
      exampleView(2, up(exampleReplicaFacts(2))),
      exampleView(3, up(exampleReplicaFacts(3))),
    ],
    memory: { lastPrimary: 'db-1', detached: new Set(), itsReplicas: new Set() },
    history: exampleHistory(),
    operation: { operationId: null, interrupted: null },
    maintenance: new Map(),
    ...change,
  };
}

/** The healthy cluster with some of its servers replaced. */
export function exampleWith(...views: readonly ServerView[]): ClusterView {
  const cluster = exampleCluster();
  const servers = cluster.servers.map((one) => views.find(({ server }) => server.name === one.server.name) ?? one);
  return { ...cluster, servers };
}
