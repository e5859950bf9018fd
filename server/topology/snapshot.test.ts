import { describe, expect, test } from 'vitest';
import { clusterSnapshot, type ReplicationConnection, type ServerSnapshot } from '../contract/snapshot.ts';
import { gtidList } from '../mariadb/gtid.ts';
import {
  exampleCluster,
  exampleFacts,
  exampleHistory,
  exampleNow,
  exampleReplicaFacts,
  exampleServer,
  exampleView,
  exampleWith,
  refused,
  up,
} from './testing/example-cluster.ts';
import { LagHistory } from './lag-history.ts';
import { buildSnapshot } from './snapshot.ts';
import type { ClusterView } from './view.ts';

type Status = Parameters<typeof exampleReplicaFacts>[1];

function serverIn(view: ClusterView, name: string): ServerSnapshot {
  const server = buildSnapshot(view, []).snapshot.servers.find((one) => one.name === name);
  if (!server) throw new Error(`no ${name}`);
  return server;
}
function connectionIn(view: ClusterView, name = 'db-2'): ReplicationConnection {
  const [connection] = serverIn(view, name).replication;
  if (!connection) throw new Error(`${name} does not replicate`);
  return connection;
}
const withStatus = (status: Status): ClusterView => exampleWith(exampleView(2, up(exampleReplicaFacts(2, status))));

/** The primary has gone on to 0-1-140 for `seconds`; db-2 stands at 0-1-100. */
function behindSince(seconds: number, status: Status = {}): ClusterView {
  const history = exampleHistory();
  const ahead = gtidList('0-1-140');
  const at = exampleNow - 501 - seconds * 1000;
  const older = new LagHistory();
  const start = gtidList('0-1-100');
  older.record(start, start, { startedAt: at - 1000, at: at - 1000 });
  older.record(ahead, ahead, { startedAt: at, at });
  const primary = exampleView(1, up(exampleFacts(1, { binlogPos: ahead, binlogState: ahead }), 600));
  return {
    ...exampleWith(primary, exampleView(2, up(exampleReplicaFacts(2, status)))),
    history: seconds > 0 ? older : history,
  };
}

test('a snapshot is what the contract says', () => {
  expect(() => clusterSnapshot.parse(buildSnapshot(exampleCluster(), []).snapshot)).not.toThrow();
});

describe('lag', () => {
  test('a replica at the newest position is 0 s behind', () => {
    expect(connectionIn(exampleCluster())).toMatchObject({
      lagSeconds: 0,
      lagSource: 'position-history',
      transactionsBehind: 0,
      lagAtLeast: false,
    });
  });

  test('a replica behind is as late as the oldest position it has not reached, whatever MariaDB says', () => {
    expect(connectionIn(behindSince(12, { secondsBehindMaster: 0 }))).toMatchObject({
      lagSeconds: 12,
      transactionsBehind: 40,
      secondsBehindMaster: 0,
    });
  });

  test.each(['stopped', 'error'] as const)(
    'a replica whose SQL thread is %s is never 0 s behind: it has no lag',
    (sqlThread) => {
      for (const view of [withStatus({ sqlThread }), behindSince(12, { sqlThread })]) {
        expect(connectionIn(view)).toMatchObject({ lagSeconds: null, lagSource: null });
      }
      expect(connectionIn(behindSince(12, { sqlThread })).transactionsBehind).toBe(40);
    },
  );

  test.each(['stopped', 'connecting', 'error'] as const)(
    'while the IO thread is %s lag grows with what the primary writes, and is never 0',
    (ioThread) => {
      expect(connectionIn(behindSince(12, { ioThread, secondsBehindMaster: 0 })).lagSeconds).toBe(12);
      expect(connectionIn(withStatus({ ioThread, secondsBehindMaster: 0 })).lagSeconds).toBeNull();
    },
  );

  test('a silent link is not 0 s behind, though both threads say they run', () => {
    const heard = new Map([['', { signs: '', at: exampleNow - 9000 }]]);
    const view = exampleWith(exampleView(2, up(exampleReplicaFacts(2)), null, { heard }));
    expect(connectionIn(view)).toMatchObject({ lagSeconds: null, primarySilentSeconds: 9 });
  });

  test('while the primary is gone, lag is what is certainly missing or not known, and transactions are not counted', () => {
    const dead = exampleView(1, refused, up(exampleFacts(1), 8000));
    expect(connectionIn(exampleWith(dead))).toMatchObject({ lagSeconds: null, transactionsBehind: null });
    const behind = behindSince(12);
    const servers = behind.servers.map((one) => (one.server.name === 'db-1' ? dead : one));
    expect(connectionIn({ ...behind, servers })).toMatchObject({ lagSeconds: 12, transactionsBehind: null });
  });

  test('at its first look a console does not call a replica level that is behind', () => {
    const history = new LagHistory();
    const ahead = gtidList('0-1-140');
    history.record(ahead, ahead, { startedAt: exampleNow - 402, at: exampleNow - 400 });
    const primary = exampleView(1, up(exampleFacts(1, { binlogPos: ahead, binlogState: ahead }), 400));
    expect(connectionIn({ ...exampleWith(primary), history })).toMatchObject({
      lagSeconds: null,
      transactionsBehind: 40,
    });
  });

  test('what is behind at all is never rounded to 0', () => {
    expect(connectionIn(behindSince(0.01, { ioThread: 'stopped' })).lagSeconds).toBe(0.1);
  });

  test('a position from another life of the primary is nothing to reach', () => {
    const facts = exampleFacts(1, { slavePos: gtidList('0-9-5000') });
    expect(connectionIn(exampleWith(exampleView(1, up(facts, 400)))).transactionsBehind).toBe(0);
  });

  test('a number that began before the console watched says that it may be more', () => {
    const view = exampleCluster();
    const history = new LagHistory();
    const ahead = gtidList('0-1-140');
    const at = exampleNow - 4501;
    history.record(ahead, ahead, { startedAt: at, at });
    expect(connectionIn({ ...view, history })).toMatchObject({ lagSeconds: 4, lagAtLeast: true });
  });

  test("of a source that is not ours MariaDB's event times count, where it has them and the threads run", () => {
    const outside = { host: 'elsewhere', masterServerId: 9 };
    expect(connectionIn(withStatus(outside)).lagSeconds).toBeNull();
    expect(connectionIn(withStatus({ ...outside, eventTimeLagSeconds: 3 }))).toMatchObject({
      lagSeconds: 3,
      lagSource: 'event-time',
      primary: null,
    });
    expect(connectionIn(withStatus({ ...outside, eventTimeLagSeconds: 3, ioThread: 'stopped' })).lagSeconds).toBeNull();
  });

  test('a domain that the replica filters out is not waited for', () => {
    const two = gtidList('0-1-100,7-1-5');
    const primary = exampleView(1, up(exampleFacts(1, { binlogPos: two, binlogState: two }), 400));
    const history = exampleHistory();
    history.record(two, two, { startedAt: exampleNow - 900, at: exampleNow - 900 });
    const view = (filters: string[]): ClusterView => ({
      ...exampleWith(primary, exampleView(2, up(exampleReplicaFacts(2, { filters })))),
      history,
    });
    expect(connectionIn(view(['Replicate_Ignore_Domain_Ids=7']))).toMatchObject({
      lagSeconds: 0,
      transactionsBehind: 0,
    });
    expect(connectionIn(view([])).transactionsBehind).toBe(5);
  });

  test('a primary read after the replica does not make the replica look behind', () => {
    const later = gtidList('0-1-160');
    const primary = exampleView(1, up(exampleFacts(1, { binlogPos: later, binlogState: later }), 100), null, {
      previousUp: up(exampleFacts(1), 1100),
    });
    expect(connectionIn(exampleWith(primary)).transactionsBehind).toBe(0);
  });

  test('what is received and not applied is told also while the primary is gone', () => {
    const dead = exampleView(1, refused, up(exampleFacts(1), 8000));
    const backlog = exampleView(2, up(exampleReplicaFacts(2, { receivedGtid: gtidList('0-1-107') })));
    expect(connectionIn(exampleWith(dead, backlog)).transactionsInRelayLog).toBe(7);
  });
});

describe('state', () => {
  test('an unreachable server keeps what was last known, with its age and the reason', () => {
    expect(serverIn(exampleWith(exampleView(2, refused, up(exampleReplicaFacts(2), 30_000))), 'db-2')).toMatchObject({
      state: 'unreachable',
      reason: 'refused',
      observedAt: new Date(exampleNow - 30_000).toISOString(),
      attemptedAt: new Date(exampleNow - 100).toISOString(),
      role: 'replica',
      version: '10.11.19-MariaDB-log',
    });
  });

  test('values of more than three polls are stale', () => {
    expect(serverIn(exampleWith(exampleView(2, up(exampleReplicaFacts(2), 3100))), 'db-2').state).toBe('stale');
    expect(serverIn(exampleWith(exampleView(2, up(exampleReplicaFacts(2), 2900))), 'db-2').state).toBe('up');
  });

  test('a skew within the round trip is none', () => {
    const slow = { ...up(exampleFacts(1, { serverClockMs: exampleNow - 700 })), roundTripMs: 800 };
    expect(serverIn(exampleWith(exampleView(1, slow)), 'db-1').clockSkewSeconds).toBe(0);
  });
});

describe('who is connected to a primary', () => {
  const dumps = [1, 2, 3].map((id) => ({ id, user: 'replication_user', host: `10.0.0.${id + 1}:4000${id}` }));
  test('by the address of dump connections and who says to follow it; a stranger by its address', () => {
    const primary = exampleView(1, up(exampleFacts(1, { dumpConnections: dumps }), 400));
    expect(serverIn(exampleWith(primary), 'db-1').replicasSeen).toEqual(['db-2', 'db-3', '10.0.0.4:40003']);
  });

  test('by server id where SHOW SLAVE HOSTS may be read', () => {
    const replicaHosts = [
      { serverId: 3, host: '', port: 3306 },
      { serverId: 9, host: 'x', port: 3307 },
    ];
    const primary = exampleView(1, up(exampleFacts(1, { replicaHosts }), 400));
    expect(serverIn(exampleWith(primary), 'db-1').replicasSeen).toEqual(['db-3', 'x:3307']);
  });
});

const db2 = (view: ClusterView): ServerSnapshot['promotable'] => serverIn(view, 'db-2').promotable;
const possible = (kind: string): unknown => ({ possible: true, kind, reason: null });

describe('promotable', () => {
  test('a healthy replica by switchover, by failover where the primary is gone, by detach where it is not ours', () => {
    expect(db2(exampleCluster())).toEqual(possible('switchover'));
    expect(db2(exampleWith(exampleView(1, refused, up(exampleFacts(1), 8000))))).toEqual(possible('failover'));
    const outside = exampleView(2, up(exampleReplicaFacts(2, { host: 'elsewhere', masterServerId: 9 })));
    const alone = exampleCluster({ servers: [outside], memory: { ...exampleCluster().memory, lastPrimary: null } });
    expect(db2(alone)).toEqual(possible('detach'));
  });

  const withoutTcp = exampleView(2, up({ ...exampleReplicaFacts(2), tcpOff: true }));
  test('a replica with TCP off where the primary is gone: it is better than nobody', () => {
    const dead = exampleView(1, refused, up(exampleFacts(1), 8000));
    expect(db2(exampleWith(dead, withoutTcp))).toEqual(possible('failover'));
  });

  const refusals: [why: RegExp, view: ClusterView][] = [
    [/can't be reached/, exampleWith(exampleView(2, refused))],
    [/too old/, exampleWith(exampleView(2, up(exampleReplicaFacts(2), 9000)))],
    [/replicates from nobody/, exampleWith(exampleView(2, up(exampleFacts(2, { readOnly: true }))))],
    [/SQL thread is stopped\./, withStatus({ sqlThread: 'stopped' })],
    [/SQL thread is stopped by an error/, withStatus({ sqlThread: 'error' })],
    [/IO thread is connecting/, withStatus({ ioThread: 'connecting' })],
    [/not replicate by GTID/, withStatus({ usingGtid: 'no' })],
    [/delayed by 60 s on purpose/, withStatus({ delaySeconds: 60 })],
    [
      /transactions of its own: 0-2-101/,
      exampleWith(
        exampleView(2, up(exampleReplicaFacts(2)), null, { errant: [{ domain: 0, server: 2, from: 101n, to: 101n }] }),
      ),
    ],
    [
      /never to be promoted/,
      exampleWith(
        exampleView(2, up(exampleReplicaFacts(2)), null, { server: { ...exampleServer(2), candidate: 'never' } }),
      ),
    ],
    [
      /replicates from db-3, not from db-1/,
      exampleWith(exampleView(2, up(exampleReplicaFacts(2, { host: '10.0.0.3', masterServerId: 3 })))),
    ],
    [/TCP off .*db-1 could not follow it/, exampleWith(withoutTcp)],
  ];
  test.each(refusals)('not, with the reason in words: %s', (why, view) => {
    expect(db2(view)).toMatchObject({ possible: false, kind: null });
    expect(db2(view).reason).toMatch(why);
  });

  test('not the primary itself', () => {
    expect(serverIn(exampleCluster(), 'db-1').promotable.reason).toBe('db-1 is the primary.');
  });

  test('a replica that is cut off from its dead primary can take over: nobody hears it', () => {
    const dead = exampleView(1, refused, up(exampleFacts(1), 8000));
    const cut = exampleView(2, up(exampleReplicaFacts(2, { ioThread: 'connecting' })));
    expect(db2(exampleWith(dead, cut))).toEqual(possible('failover'));
  });
});
