import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '../contract/snapshot.ts';
import { gtidList } from '../mariadb/gtid.ts';
import {
  exampleCluster,
  exampleFacts,
  exampleNow,
  exampleReplicaFacts,
  exampleView,
  exampleWith,
  refused,
  up,
} from './testing/example-cluster.ts';
import { LagHistory } from './lag-history.ts';
import { buildSnapshot } from './snapshot.ts';
import type { AgentFacts, ClusterView } from './view.ts';

const problemsOf = (view: ClusterView) => buildSnapshot(view, []).snapshot.problems;
const codesOf = (view: ClusterView): string[] => problemsOf(view).map(({ code, server }) => `${code} ${server ?? '*'}`);

const replica = (
  status: Parameters<typeof exampleReplicaFacts>[1],
  change: Parameters<typeof exampleReplicaFacts>[2] = {},
) => exampleWith(exampleView(2, up(exampleReplicaFacts(2, status, change))));

const agent = (change: Partial<AgentFacts>): AgentFacts => ({
  agent: { state: 'up', detail: null, services: [] },
  newestDump: null,
  dumpFailures: [],
  badDumps: [],
  dumpsScheduled: false,
  ...change,
});
const fallenService = {
  name: 'mailer',
  enabled: true,
  running: false,
  problem: 'supervisord says that it is FATAL',
};

const withAgent = (change: Partial<AgentFacts>): ClusterView =>
  exampleWith(exampleView(1, up(exampleFacts(1), 400), null, { agent: agent(change) }));
const agoText = (seconds: number): string => new Date(exampleNow - seconds * 1000).toISOString();
const dumpEnded = (hoursAgo: number): AgentFacts['newestDump'] => ({
  server: 'db-1',
  name: 'dump.sql.zst',
  method: 'dump',
  bytes: 1,
  endedAt: new Date(exampleNow - hoursAgo * 3_600_000).toISOString(),
});

/** The primary moved on to 0-1-140, `secondsAgo`, and db-2 stands still at 0-1-100. */
function behind(secondsAgo: number, status: Parameters<typeof exampleReplicaFacts>[1] = {}): ClusterView {
  const ahead = gtidList('0-1-140');
  const history = new LagHistory();
  for (const [seconds, position] of [
    [secondsAgo + 1, gtidList('0-1-100')],
    [secondsAgo, ahead],
    [0.1, ahead],
  ] as const) {
    const at = exampleNow - seconds * 1000 - 500;
    history.record(position, position, { startedAt: at, at });
  }
  const level = exampleReplicaFacts(3, { receivedGtid: ahead }, { slavePos: ahead });
  const view = exampleWith(
    exampleView(1, up(exampleFacts(1, { binlogPos: ahead, binlogState: ahead }), 600)),
    exampleView(2, up(exampleReplicaFacts(2, status))),
    exampleView(3, up(level)),
  );
  return { ...view, history };
}

test('a healthy cluster has no problem', () => {
  const { snapshot } = buildSnapshot(exampleCluster(), []);
  expect(snapshot.problems).toEqual([]);
  expect(snapshot.health).toBe('ok');
});

test('a cluster that was not looked at yet is neither healthy nor broken', () => {
  const unseen = exampleCluster({
    servers: [1, 2, 3].map((number) => exampleView(number, null)),
    history: new LagHistory(),
  });
  const { snapshot } = buildSnapshot({ ...unseen, memory: { ...unseen.memory, lastPrimary: null } }, []);
  expect(snapshot.problems).toEqual([]);
  expect(snapshot.health).toBe('unknown');
  expect(snapshot.servers.map((server) => server.state)).toEqual(['stale', 'stale', 'stale']);
});

const cases: [code: ProblemCode, where: string, view: ClusterView, text: RegExp][] = [
  ['two-writable-primaries', '*', exampleWith(exampleView(3, up(exampleFacts(3)))), /^db-1 and db-3 take writes/],
  [
    'no-primary',
    '*',
    exampleCluster({
      servers: [1, 2].map((number) => exampleView(number, up(exampleFacts(number, { readOnly: true })))),
      memory: { lastPrimary: null, detached: new Set(), itsReplicas: new Set() },
    }),
    /None of the 2 servers/,
  ],
  [
    'primary-unreachable',
    'db-1',
    exampleWith(exampleView(1, refused, up(exampleFacts(1), 30_000))),
    /db-1 can't be reached, last seen 30 s ago: nothing listens there/,
  ],
  [
    'primary-read-only',
    'db-1',
    exampleWith(exampleView(1, up(exampleFacts(1, { readOnly: true }), 400))),
    /db-1 is read-only/,
  ],
  ['server-unreachable', 'db-2', exampleWith(exampleView(2, refused)), /db-2 can't be reached: nothing listens/],
  [
    'replica-sql-stopped',
    'db-2',
    behind(9, { sqlThread: 'stopped', secondsBehindMaster: null }),
    /stopped, 40 transactions behind/,
  ],
  [
    'replica-sql-error',
    'db-2',
    replica({ sqlThread: 'error', sqlError: { number: 1062, text: 'Duplicate entry' } }),
    /error 1062.*Duplicate entry/,
  ],
  ['replica-io-stopped', 'db-2', replica({ ioThread: 'stopped' }), /receives nothing from db-1/],
  [
    'replica-io-error',
    'db-2',
    replica({ ioThread: 'error', ioError: { number: 1236, text: 'not in the binlog' } }),
    /error 1236, not in the binlog/,
  ],
  ['replica-io-connecting', 'db-2', replica({ ioThread: 'connecting' }), /trying to connect to db-1/],
  [
    'replica-not-following',
    'db-2',
    exampleWith(exampleView(2, up(exampleFacts(2, { readOnly: true })))),
    /db-2 follows nobody, not the primary db-1/,
  ],
  ['replica-lagging', 'db-2', behind(7), /db-2 is 7 s behind, 40 transactions/],
  ['replica-lag-unknown', 'db-2', replica({ host: 'elsewhere', masterServerId: 9 }), /db-2 is behind is not known/],
  ['replica-writable', 'db-2', replica({}, { readOnly: false }), /db-2 takes writes/],
  [
    'primary-silent',
    'db-2',
    exampleWith(
      exampleView(2, up(exampleReplicaFacts(2)), null, {
        heard: new Map([['', { signs: '', at: exampleNow - 8000 }]]),
      }),
    ),
    /heard nothing from db-1 for 8 s/,
  ],
  [
    'errant-transactions',
    'db-2',
    exampleWith(
      exampleView(2, up(exampleReplicaFacts(2)), null, { errant: [{ domain: 0, server: 2, from: 101n, to: 103n }] }),
    ),
    /db-2 has 3 transactions that db-1 does not have: 0-2-101…103/,
  ],
  [
    'duplicate-server-id',
    'db-3',
    exampleWith(exampleView(3, up(exampleReplicaFacts(2)))),
    /db-3 has the same server_id as db-2 \(2\)/,
  ],
  ['stale', 'db-2', exampleWith(exampleView(2, up(exampleReplicaFacts(2), 42_000))), /db-2 is 42 s old/],
  [
    'clock-skew',
    'db-2',
    replica({}, { serverClockMs: exampleNow + 300_000 - 500 }),
    /clock of db-2 is 5 min ahead of the console's/,
  ],
  ['missing-grants', 'db-2', replica({}, { grants: ['GRANT USAGE ON *.* TO `v`@`%`'] }), /lacks privileges on db-2/],
  [
    'agent-unreachable',
    'db-1',
    withAgent({ agent: { state: 'unreachable', detail: 'connection refused', services: [] } }),
    /agent of db-1 can't be reached: connection refused/,
  ],
  [
    'service-problem',
    'db-1',
    withAgent({ agent: { state: 'up', detail: null, services: [fallenService] } }),
    /Service mailer of db-1: supervisord says that it is FATAL/,
  ],
  [
    'certificate-problem',
    'db-1',
    withAgent({ agent: { state: 'up', detail: null, services: [], certificateProblems: ['agent.crt is cut off'] } }),
    /renewed certificate of db-1 is not in force: agent.crt is cut off/,
  ],
  ['dump-old', 'db-1', withAgent({ dumpsScheduled: true, newestDump: dumpEnded(30) }), /30 h old/],
  ['dump-missing', '*', withAgent({ dumpsScheduled: true }), /no dump of erp5/],
  [
    'dump-failed',
    'db-1',
    withAgent({
      dumpFailures: [{ work: 'mariabackup', at: agoText(60), text: 'disk full' }],
      newestDump: dumpEnded(1),
    }),
    /last physical backup on db-1 failed 60 s ago: disk full/,
  ],
  [
    'dump-bad',
    'db-1',
    withAgent({ badDumps: [{ name: 'db-1-x.sql.zst', at: agoText(60), text: 'shop.orders is corrupt' }] }),
    /could not be restored when it was tried 60 s ago: db-1-x.sql.zst: shop.orders is corrupt/,
  ],
  [
    'takeover-interrupted',
    '*',
    exampleCluster({ operation: { operationId: 'op-1', interrupted: 'The switchover to db-2 was interrupted.' } }),
    /switchover to db-2 was interrupted/,
  ],
];

describe('each code has a cluster that shows it, in one sentence', () => {
  test.each(cases)('%s', (code, where, view, text) => {
    const problems = problemsOf(view).filter((problem) => problem.code === code);
    expect(problems.map((problem) => problem.server ?? '*')).toEqual([where]);
    expect(problems[0]?.text).toMatch(text);
  });

  test('and none is left out', async () => {
    const { problemCode } = await import('../contract/snapshot.ts');
    // Those of Galera are in galera.test.ts.
    const ofReplication = problemCode.options.filter((code) => !code.startsWith('galera-'));
    expect(cases.map(([code]) => code).toSorted()).toEqual(ofReplication.toSorted());
  });
});

describe('one cause is one problem', () => {
  test('a dead primary does not make its replicas look broken beyond what they say themselves', () => {
    expect(codesOf(exampleWith(exampleView(1, refused, up(exampleFacts(1), 1500))))).toEqual([
      'primary-unreachable db-1',
      'replica-lag-unknown db-2',
      'replica-lag-unknown db-3',
    ]);
  });

  test('a primary that its replicas hear is not dead: it is the console that is cut off', () => {
    const heard = new Map([['', { signs: '', at: exampleNow - 600 }]]);
    const view = exampleWith(
      exampleView(1, refused, up(exampleFacts(1), 20_000)),
      exampleView(2, up(exampleReplicaFacts(2)), null, { heard }),
      exampleView(3, up(exampleReplicaFacts(3)), null, {
        heard: new Map([['', { signs: '', at: exampleNow - 19_000 }]]),
      }),
    );
    const [problem] = problemsOf(view);
    expect(problem?.text).toMatch(/ db-2 heard it since\.$/);
    expect(problem?.fix).toMatch(/it is alive/);
  });

  test('a server that the console does not trust answers: look at certificates, and fail over from nobody', () => {
    const untrusted = { ...refused, reason: 'tls' as const };
    for (const id of [1, 2]) {
      const [problem] = problemsOf(exampleWith(exampleView(id, untrusted, up(exampleFacts(id), 20_000))));
      expect(problem?.fix).toMatch(/Look at its certificate and at serverTls/);
      expect(problem?.fix?.includes('two primaries')).toBe(id === 1);
    }
  });

  test('a detached server is neither a second primary nor a replica that follows nobody', () => {
    const view = exampleWith(exampleView(3, up(exampleFacts(3))));
    expect(codesOf({ ...view, memory: { ...view.memory, detached: new Set(['db-3']) } })).toEqual([]);
  });

  test('a server that replicates from another replica follows the primary all the same', () => {
    const chained = exampleReplicaFacts(3, { host: '10.0.0.2', masterServerId: 2 });
    expect(codesOf(exampleWith(exampleView(3, up(chained))))).toEqual([]);
  });

  test('a delay that was asked for is no lag', () => {
    expect(codesOf(behind(30, { delaySeconds: 30 }))).toEqual([]);
  });

  test('the primary is read-only while a takeover freezes it, and that is meant', () => {
    const view = exampleWith(exampleView(1, up(exampleFacts(1, { readOnly: true }), 400)));
    expect(codesOf({ ...view, operation: { operationId: 'op-1', interrupted: null } })).toEqual([]);
  });
});

test('the worst comes first', () => {
  const view = exampleWith(
    exampleView(1, refused, up(exampleFacts(1), 1500)),
    exampleView(2, up(exampleReplicaFacts(2, { sqlThread: 'stopped' }, { readOnly: false }))),
  );
  expect(problemsOf(view).map((problem) => problem.level)).toEqual(['critical', 'serious', 'caution', 'caution']);
});

test('a problem keeps its since over polls, and gets a new one when it comes back', () => {
  const broken = replica({ sqlThread: 'stopped' });
  const first = problemsOf(broken);
  const later = buildSnapshot({ ...broken, now: exampleNow + 1000 }, first).snapshot.problems;
  expect(later.map((problem) => problem.since)).toEqual(first.map((problem) => problem.since));
  const again = buildSnapshot({ ...broken, now: exampleNow + 2000 }, []).snapshot.problems;
  expect(again[0]?.since).toBe(new Date(exampleNow + 2000).toISOString());
});

test('a lag beyond the critical limit is critical, below it is not', () => {
  expect(problemsOf(behind(59)).map((problem) => problem.level)).toEqual(['caution']);
  expect(problemsOf(behind(61)).map((problem) => problem.level)).toEqual(['critical']);
});

test('an error of the SQL thread is not told as the IO thread’s', () => {
  const view = replica({
    ioThread: 'error',
    ioError: { number: 2003, text: 'no route' },
    sqlThread: 'error',
    sqlError: { number: 1062, text: 'Duplicate entry' },
  });
  const io = problemsOf(view).find(({ code }) => code === 'replica-io-error');
  expect(io?.text).toMatch(/its IO thread has an error\.$/);
});
