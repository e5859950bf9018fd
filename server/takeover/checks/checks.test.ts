import { describe, expect, test } from 'vitest';
import type { TakeoverKind } from '../../contract/takeover.ts';
import { gtidList } from '../../mariadb/gtid.ts';
import type { ReplicaStatus } from '../../mariadb/replica-status.ts';
import type { ServerFacts } from '../../mariadb/server-facts.ts';
import {
  exampleFacts,
  exampleNow,
  exampleReplicaFacts,
  exampleView,
  refused,
  up,
} from '../../topology/testing/example-cluster.ts';
import type { ServerView } from '../../topology/view.ts';
import { draftPlan } from '../plan.ts';
import { examplePlanInput, type ExampleChange } from '../testing/example-plan.ts';
import { checkTable, type CheckCode } from './table.ts';

const replica = (status: Partial<ReplicaStatus>, facts: Partial<ServerFacts> = {}): ServerView =>
  exampleView(2, up(exampleReplicaFacts(2, status, facts)));
const third = (status: Partial<ReplicaStatus>, facts: Partial<ServerFacts> = {}): ServerView =>
  exampleView(3, up(exampleReplicaFacts(3, status, facts)));
const primary = (facts: Partial<ServerFacts>): ServerView => exampleView(1, up(exampleFacts(1, facts), 400));
const dead = exampleView(1, refused, up(exampleFacts(1), 5_000));
const silent = exampleView(
  1,
  { kind: 'unreachable', at: exampleNow - 100, reason: 'timeout', detail: 'no answer' },
  up(exampleFacts(1), 5_000),
);
const broken = { sqlThread: 'error', sqlError: { number: 1062, text: 'Duplicate entry' } } as const;

interface Case {
  readonly code: CheckCode;
  readonly level: 'warn' | 'block';
  readonly kind: TakeoverKind;
  readonly when: string;
  readonly change: ExampleChange;
  /** What the sentence names. */
  readonly names: RegExp;
}

const row = (
  code: CheckCode,
  level: Case['level'],
  kind: TakeoverKind,
  when: string,
  change: ExampleChange,
  names: RegExp,
): Case => ({
  code,
  level,
  kind,
  when,
  change,
  names,
});

const cases: readonly Case[] = [
  row(
    'operation-unfinished',
    'block',
    'switchover',
    'an operation has no end',
    { input: { unfinished: 'The switchover to db-3 has no end' } },
    /db-3/,
  ),
  row(
    'target-reachable',
    'block',
    'switchover',
    'the target is down',
    { views: [exampleView(2, refused, up(exampleReplicaFacts(2)))] },
    /db-2 can't be reached/,
  ),
  row(
    'target-reachable',
    'block',
    'switchover',
    'the operating account is refused',
    { preflight: { 'db-2': null } },
    /Access denied/,
  ),
  row(
    'target-fresh',
    'block',
    'switchover',
    'the look is old',
    { input: { at: exampleNow + 60_000 } },
    /db-2 is 60 s old/,
  ),
  row(
    'target-not-primary',
    'block',
    'detach',
    'it is the primary',
    { input: { target: 'db-1' } },
    /db-1 is the primary already/,
  ),
  row(
    'target-candidate',
    'block',
    'switchover',
    'the configuration says never',
    {
      snapshot: (snapshot) => ({
        ...snapshot,
        servers: snapshot.servers.map((server) => ({ ...server, candidate: 'never' })),
      }),
    },
    /never to be promoted/,
  ),
  row(
    'target-replicates',
    'block',
    'detach',
    'it follows nobody',
    { views: [exampleView(2, up(exampleFacts(2, { readOnly: true })))] },
    /from nobody/,
  ),
  row(
    'target-uses-gtid',
    'block',
    'switchover',
    'it uses file positions',
    { views: [replica({ usingGtid: 'no' })] },
    /by GTID/,
  ),
  row(
    'target-sql-thread',
    'block',
    'switchover',
    'its SQL thread stopped',
    { views: [replica({ sqlThread: 'stopped' })] },
    /SQL thread is stopped/,
  ),
  row('target-sql-thread', 'block', 'failover', 'its SQL thread broke', { views: [dead, replica(broken)] }, /1062/),
  row(
    'target-io-thread',
    'block',
    'switchover',
    'its IO thread is down',
    { views: [replica({ ioThread: 'connecting' })] },
    /IO thread is connecting/,
  ),
  row(
    'target-errors',
    'block',
    'switchover',
    'it reports an error',
    { views: [replica(broken)] },
    /1062: Duplicate entry/,
  ),
  row(
    'target-lag',
    'block',
    'switchover',
    'it is too far behind',
    {
      views: [replica({}, { slavePos: gtidList('0-1-1'), currentPos: gtidList('0-1-1') })],
      input: { maxLagSeconds: 1 },
    },
    /the limit is 1 s/,
  ),
  row(
    'target-lag',
    'block',
    'switchover',
    'its lag is not known',
    { views: [replica({ sqlThread: 'stopped' })] },
    /lag of db-2 is not known/,
  ),
  row(
    'target-delay',
    'block',
    'switchover',
    'it is delayed on purpose',
    { views: [replica({ delaySeconds: 3600 })] },
    /3600 s on purpose/,
  ),
  row(
    'target-filters',
    'block',
    'switchover',
    'it filters',
    { views: [replica({ filters: ['Replicate_Do_DB=shop'] })] },
    /Replicate_Do_DB=shop/,
  ),
  row(
    'received-at-risk',
    'block',
    'failover',
    'it is fully stopped with transactions in its relay log',
    {
      views: [dead, replica({ sqlThread: 'stopped', ioThread: 'stopped', receivedGtid: gtidList('0-1-150') })],
    },
    /50 transactions are only in the relay log/,
  ),
  row(
    'target-log-bin',
    'block',
    'switchover',
    'it has no binary log',
    { views: [replica({}, { logBin: false })] },
    /no binary log/,
  ),
  row(
    'target-log-slave-updates',
    'block',
    'switchover',
    'it does not log what it replicates',
    { views: [replica({}, { logSlaveUpdates: false })] },
    /1236/,
  ),
  row(
    'gtid-strict-mode',
    'warn',
    'switchover',
    'strict mode is off somewhere',
    { views: [third({}, { gtidStrictMode: false })] },
    /off on db-3/,
  ),
  row(
    'server-id-unique',
    'block',
    'switchover',
    'two have the same id',
    { views: [third({}, { serverId: 2 })] },
    /db-2 and db-3/,
  ),
  row(
    'version-not-older',
    'block',
    'switchover',
    'the target is older',
    {
      views: [replica({}, { version: { major: 10, minor: 6, patch: 1, text: '10.6.1' } })],
    },
    /10\.6, older than 10\.11/,
  ),
  row(
    'two-primaries',
    'block',
    'switchover',
    'a second server takes writes',
    { views: [exampleView(3, up(exampleFacts(3)))] },
    /db-1 and db-3 both take writes/,
  ),
  row(
    'replica-writable',
    'warn',
    'switchover',
    'a replica takes writes',
    { views: [third({}, { readOnly: false })] },
    /db-3 is a replica and takes writes/,
  ),
  row(
    'errant-transactions',
    'block',
    'switchover',
    'the target has transactions of its own',
    { preflight: { 'db-2': { state: gtidList('0-1-100,0-2-103') } } },
    /3 transactions .* 0-2-101…103/,
  ),
  row(
    'replica-ahead',
    'block',
    'failover',
    'another replica has received more',
    { views: [dead, third({ receivedGtid: gtidList('0-1-104') })] },
    /db-3 has received 4 transactions/,
  ),
  row(
    'replicas-follow-primary',
    'warn',
    'switchover',
    'a replica follows somebody else',
    { views: [third({ host: '192.0.2.9', masterServerId: 77 })] },
    /db-3 does not follow db-1 \(192\.0\.2\.9/,
  ),
  row(
    'replicas-reachable',
    'warn',
    'switchover',
    'a replica is down',
    { views: [exampleView(3, refused, up(exampleReplicaFacts(3)))] },
    /db-3 can't be reached/,
  ),
  row(
    'binlog-covers-replica',
    'warn',
    'switchover',
    'a replica stands before the oldest log',
    {
      preflight: { 'db-2': { binlogFrom: gtidList('0-1-90') }, 'db-3': { current: gtidList('0-1-80') } },
    },
    /db-3 stands before 0-1-90/,
  ),
  row(
    'multi-source',
    'block',
    'switchover',
    'the target has another source',
    {
      views: [
        exampleView(
          2,
          up(
            exampleReplicaFacts(
              2,
              {},
              {
                replication: [
                  ...exampleReplicaFacts(2).replication,
                  ...exampleReplicaFacts(2, { connection: 'erp', host: '192.0.2.9', masterServerId: 77 }).replication,
                ],
              },
            ),
          ),
        ),
      ],
    },
    /192\.0\.2\.9/,
  ),
  row(
    'xa-prepared',
    'block',
    'switchover',
    'a prepared transaction waits',
    { preflight: { 'db-1': { prepared: 2 } } },
    /2 prepared transactions/,
  ),
  row(
    'long-writes',
    'warn',
    'switchover',
    'a write has run for long',
    { preflight: { 'db-1': { longWrites: ['connection 31 of app, open for 12 s'] } } },
    /connection 31 of app/,
  ),
  row(
    'lock-holders',
    'warn',
    'switchover',
    'a session waits for a lock',
    { preflight: { 'db-2': { waitingForLocks: ['connection 9 of app: Waiting for table metadata lock, 4 s'] } } },
    /connection 9/,
  ),
  row(
    'semi-sync',
    'warn',
    'switchover',
    'commits wait for an acknowledgement that nobody gives',
    {
      views: [
        primary({
          semiSync: {
            primaryEnabled: true,
            replicaEnabled: false,
            primaryClients: 0,
            waitNoSlave: true,
            timeoutMs: 10_000,
            waitSessions: 3,
          },
        }),
      ],
    },
    /3 commits/,
  ),
  row('unfenced', 'block', 'failover', 'the primary may be alive for others', { views: [silent] }, /db-1 may be alive/),
  row(
    'fence-weak',
    'warn',
    'failover',
    'it is down and nothing keeps it read-only',
    {
      views: [dead],
      snapshot: (snapshot) => ({
        ...snapshot,
        servers: snapshot.servers.map((server) => ({
          ...server,
          agent: { state: 'none', detail: null, services: [] },
        })),
      }),
    },
    /takes writes again when somebody starts it/,
  ),
  row(
    'stays-writable',
    'warn',
    'detach',
    'a replica is detached',
    { input: { kind: 'detach' } },
    /db-1 is not touched and stays writable/,
  ),
  row(
    'lock-free',
    'block',
    'switchover',
    'another takeover is at work',
    { preflight: { 'db-3': { lockHolder: 'baton_operate from 10.0.0.7:5123' } } },
    /10\.0\.0\.7:5123/,
  ),
  row(
    'grants',
    'block',
    'switchover',
    'the operating account lacks a privilege',
    { preflight: { 'db-3': { grants: ['GRANT RELOAD ON *.* TO `x`@`%`'] } } },
    /lacks privileges on db-3/,
  ),
  row(
    'grants-optional',
    'warn',
    'switchover',
    'it lacks one that it can do without',
    {
      preflight: {
        'db-2': {
          grants: [
            'GRANT REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG MONITOR, READ_ONLY ADMIN, RELOAD, CONNECTION ADMIN, PROCESS ON *.* TO `x`@`%`',
          ],
        },
      },
    },
    /On db-2 a privilege is missing/,
  ),
  row(
    'replication-account',
    'block',
    'switchover',
    'none is configured',
    { input: { replicationUser: null } },
    /No replication account/,
  ),
  row(
    'replication-account',
    'block',
    'switchover',
    'its password is wrong',
    { input: { replicationSignIn: { ok: false, text: 'Access denied' } } },
    /does not sign in to db-2/,
  ),
  row(
    'replication-account',
    'block',
    'switchover',
    'it is not let in from a server that is to follow',
    { input: { signInsFrom: [{ server: 'db-3', result: 'denied', text: 'Access denied' }] } },
    /does not sign in to db-2 from db-3/,
  ),
  row(
    'replication-account-proven',
    'warn',
    'switchover',
    'it was tried from the console only',
    { input: { signInsFrom: [] } },
    /from the console only, not from db-1 and db-3/,
  ),
  row(
    'events',
    'warn',
    'failover',
    'nobody has seen the events of the dead primary',
    { views: [dead], input: { eventsRemembered: false } },
    /not known/,
  ),
  row(
    'service-running',
    'warn',
    'switchover',
    'mariadb_update is running',
    {
      snapshot: (snapshot) => ({
        ...snapshot,
        servers: snapshot.servers.map((server) => ({
          ...server,
          agent: { state: 'up', detail: null, services: [{ name: 'mariadb_update', enabled: true, running: true }] },
        })),
      }),
    },
    /mariadb_update is running on db-1/,
  ),
  row(
    'read-only-persisted',
    'warn',
    'switchover',
    'there is no agent',
    {
      snapshot: (snapshot) => ({
        ...snapshot,
        servers: snapshot.servers.map((server) => ({
          ...server,
          agent: { state: 'none', detail: null, services: [] },
        })),
      }),
    },
    /db-2 has no agent/,
  ),
  row(
    'backup-age',
    'warn',
    'switchover',
    'no backup is known',
    { snapshot: (snapshot) => ({ ...snapshot, newestDump: null }) },
    /No backup/,
  ),
];

describe('each check fires where its reason holds', () => {
  test.each(cases)('$code is $level in a $kind when $when', ({ code, level, kind, change, names }) => {
    const draft = draftPlan(examplePlanInput(change));
    expect(draft?.kind).toBe(kind);
    const fired = draft?.checks.filter((check) => check.code === code && check.level !== 'pass') ?? [];
    expect(fired.length).toBeGreaterThan(0);
    expect(fired[0]?.level).toBe(level);
    expect(fired.map(({ text }) => text).join('; ')).toMatch(names);
    expect(draft?.blocked ?? false).toBe(draft?.checks.some((check) => check.level === 'block') ?? false);
  });

  test('there is a case for every code of the table', () => {
    const tested = new Set<string>(cases.map(({ code }) => code));
    // A primary that answers is never proposed for a failover, so that check is the confirmation's alone.
    expect(Object.keys(checkTable).filter((code) => !tested.has(code))).toEqual(['primary-alive']);
  });
});

test('a healthy cluster passes every check', () => {
  const draft = draftPlan(examplePlanInput());
  expect(draft?.checks.filter(({ level }) => level !== 'pass')).toEqual([]);
  expect(draft).toMatchObject({ kind: 'switchover', kinds: ['switchover', 'detach'], blocked: false, confirm: null });
});

test('every check says something, and what does not pass names no secret', () => {
  for (const { change } of cases) {
    for (const { text, code } of draftPlan(examplePlanInput(change))?.checks ?? []) {
      expect(`${code}: ${text}`.length).toBeGreaterThan(code.length + 12);
      expect(text).not.toMatch(/IDENTIFIED|PASSWORD\(/i);
    }
  }
});

test('a block that may be accepted stops blocking when its code is named, and asks for the name', () => {
  const change = { views: [silent] };
  const before = draftPlan(examplePlanInput(change));
  expect(before).toMatchObject({
    blocked: true,
    confirm: 'db-2',
    command: 'baton promote erp5/db-2 --failover --accept unfenced',
  });
  const accepted = draftPlan(examplePlanInput({ ...change, input: { accept: ['unfenced'] } }));
  expect(accepted).toMatchObject({ blocked: false, confirm: 'db-2' });
});

test('a block that may not be accepted stays one whatever is named', () => {
  const change = { views: [replica({ sqlThread: 'stopped' })], input: { accept: ['target-sql-thread', 'target-lag'] } };
  expect(draftPlan(examplePlanInput(change))?.blocked).toBe(true);
});
