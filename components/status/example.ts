import type {
  ClusterSnapshot,
  Problem,
  ReplicationConnection,
  ServerSnapshot,
} from '../../server/contract/snapshot.ts';

/** Values for tests: a healthy thing of each kind, of which a test changes what it is about. */
const at = '2026-11-20T12:00:00.000Z';

export function aConnection(change: Partial<ReplicationConnection> = {}): ReplicationConnection {
  return {
    connection: '',
    primary: 'db-1',
    source: '10.0.0.11:3306',
    ioThread: 'running',
    sqlThread: 'running',
    lagSeconds: 0.3,
    lagSource: 'position-history',
    transactionsBehind: 2,
    transactionsInRelayLog: 1,
    secondsBehindMaster: 0,
    primarySilentSeconds: null,
    usingGtid: 'slave_pos',
    delaySeconds: 0,
    receivedGtid: '0-1-48211',
    lastError: null,
    ...change,
  };
}

export function aServer(change: Partial<ServerSnapshot> = {}): ServerSnapshot {
  return {
    name: 'db-1',
    address: '10.0.0.11:3306',
    role: 'replica',
    state: 'up',
    reason: null,
    detail: null,
    observedAt: at,
    attemptedAt: at,
    roundTripMs: 0.8,
    version: '10.11.19-MariaDB-log',
    serverId: 1,
    readOnly: true,
    gtid: { binlog: '0-1-48211', slave: '0-1-48211', current: '0-1-48211' },
    replication: [],
    replicasSeen: [],
    eventScheduler: 'off',
    semiSync: { primary: false, replica: false, clients: 0 },
    uptimeSeconds: 86_400,
    clockSkewSeconds: 0,
    writesPerSecond: 20,
    errantGtid: '',
    missingGrants: [],
    candidate: 'neutral',
    maintenance: null,
    promotable: { possible: false, kind: null, reason: null },
    agent: { state: 'up', detail: null, services: [] },
    ...change,
  };
}

export function aProblem(change: Partial<Problem> = {}): Problem {
  return {
    code: 'replica-lagging',
    level: 'caution',
    server: null,
    text: 'a problem',
    fix: null,
    since: at,
    ...change,
  };
}

export function aCluster(change: Partial<ClusterSnapshot> = {}): ClusterSnapshot {
  return {
    name: 'erp5',
    kind: 'replication',
    sandbox: false,
    observedAt: at,
    health: 'ok',
    problems: [],
    primary: 'db-1',
    lag: { warnSeconds: 5, criticalSeconds: 60 },
    pollSeconds: 1,
    servers: [],
    newestDump: null,
    operationId: null,
    ...change,
  };
}
