import { expect, test } from 'vitest';
import type { GaleraFacts } from '../mariadb/galera-status.ts';
import { ZERO_HISTORY } from '../contract/galera-status.ts';
import { buildSnapshot } from './snapshot.ts';
import {
  exampleCluster,
  exampleFacts,
  exampleNow,
  exampleReplicaFacts,
  exampleView,
  refused,
  up,
} from './testing/example-cluster.ts';
import type { ServerView } from './view.ts';

const history = '6069cfec-e500-11f1-a643-baa0055035f1';

/** A Synced node of a component with these members; `change` and `load` are what is different. */
function node(
  number: number,
  members: readonly number[],
  change: Partial<GaleraFacts['status']> = {},
  load: Partial<GaleraFacts> = {},
): ServerView {
  const status: GaleraFacts['status'] = {
    clusterStatus: 'primary',
    localState: 'Synced',
    ready: true,
    clusterSize: members.length,
    stateUuid: history,
    lastCommitted: '11730',
    ownId: `id-${number}`,
    members: members.map((one) => `id-${one}`),
    cachedDownto: '11000',
    ...change,
  };
  const galera: GaleraFacts = {
    status,
    receiveQueue: 0,
    sendQueue: 0,
    flowControlPausedNs: 0,
    certificationFailures: 0,
    writtenBytes: 0,
    uptimeSeconds: 1000,
    cacheBytes: 134_217_728,
    flushLogAtCommit: 1,
    ...load,
  };
  return exampleView(number, up(exampleFacts(number, { galera })));
}

const snapshotOf = (...servers: ServerView[]) =>
  buildSnapshot(exampleCluster({ name: 'wiki', kind: 'galera', servers }), []).snapshot;
const codesOf = (...servers: ServerView[]): string[] =>
  snapshotOf(...servers).problems.map(({ code, server }) => `${code} ${server ?? '*'}`);

const all = [1, 2, 3];
const whole = (): ServerView[] => all.map((number) => node(number, all));

test('three Synced nodes that all take writes are one component, no primary and no problem', () => {
  const snapshot = snapshotOf(...whole());
  expect(snapshot).toMatchObject({ health: 'ok', primary: null, problems: [] });
  expect(snapshot.components).toEqual([['db-1', 'db-2', 'db-3']]);
  expect(snapshot.servers.map(({ role, promotable }) => [role, promotable.possible])).toEqual(
    all.map(() => ['galera', false]),
  );
});

test('scenario 13: two components with the same history, view and position are a split brain in one look', () => {
  const snapshot = snapshotOf(node(1, [1, 2]), node(2, [1, 2]), node(3, [3]));
  expect(snapshot.health).toBe('critical');
  expect(snapshot.components).toEqual([['db-1', 'db-2'], ['db-3']]);
  expect(snapshot.problems[0]).toMatchObject({ code: 'galera-split-brain', level: 'critical' });
});

test('scenario 11, alarm: Primary with an all-zero history is critical', () => {
  expect(codesOf(...all.map((number) => node(number, all, { stateUuid: ZERO_HISTORY })))).toEqual([
    'galera-history-lost db-1',
    'galera-history-lost db-2',
    'galera-history-lost db-3',
  ]);
});

test('nobody Primary, or nobody there, is critical; a node cut off from a Primary component is serious', () => {
  const apart = { clusterStatus: 'non-primary' as const, localState: 'Initialized', members: [] };
  expect(codesOf(...all.map((number) => node(number, all, apart)))).toContain('galera-no-primary *');
  expect(codesOf(...all.map((number) => exampleView(number, refused)))).toContain('galera-no-primary *');
  expect(codesOf(node(1, [1, 2]), node(2, [1, 2]), node(3, [3], apart))).toEqual(['galera-node-apart db-3']);
});

test('scenario 16: a donor is busy, not broken', () => {
  const [first, second, third] = [node(1, all), node(2, all, { localState: 'Donor/Desynced' }), node(3, all)];
  const snapshot = snapshotOf(first, second, third);
  expect(snapshot.problems).toMatchObject([{ code: 'galera-not-synced', level: 'caution', server: 'db-2' }]);
  expect(snapshot.problems[0]?.text).toBe('db-2 is Donor/Desynced: it gives a copy to another node.');
});

test('an inconsistent node must be rebuilt', () => {
  const out = { clusterStatus: 'disconnected' as const, localState: 'Inconsistent', members: [] };
  expect(codesOf(node(1, [1, 2]), node(2, [1, 2]), node(3, [3], out))).toEqual(['galera-inconsistent db-3']);
});

test('what no node writes to the disk at each commit is said, and nothing where one does', () => {
  const loose = { flushLogAtCommit: 2 };
  expect(codesOf(...all.map((number) => node(number, all, {}, loose)))).toEqual(['galera-durability *']);
  expect(codesOf(node(1, all, {}, loose), node(2, all, {}, loose), node(3, all))).toEqual([]);
});

test('how long a node may be away follows from the cache and the writes since the start', () => {
  const [seen] = snapshotOf(node(1, [1], {}, { writtenBytes: 13_421_772, uptimeSeconds: 100 })).servers;
  expect(seen?.galera?.istReachSeconds).toBe(1000);
  const [young] = snapshotOf(node(1, [1], {}, { writtenBytes: 13_421_772, uptimeSeconds: 5 })).servers;
  expect(young?.galera?.istReachSeconds).toBeNull();
});

test('flow control counts as the share of the time between two looks', () => {
  const now = node(1, [1], {}, { flowControlPausedNs: 600_000_000 });
  const before = up(exampleFacts(1, { galera: node(1, [1]).up?.facts.galera ?? null }), 1_499);
  const [seen] = snapshotOf({ ...now, previousUp: before }).servers;
  expect(seen?.galera?.flowControlPaused).toBe(0.6);
  expect(codesOf({ ...now, previousUp: before })).toEqual(['galera-flow-control db-1']);
});

test('a node that replicates from outside as well shows its connection', () => {
  const facts = exampleReplicaFacts(3, { host: 'elsewhere' }, { galera: node(3, all).up?.facts.galera ?? null });
  const snapshot = snapshotOf(node(1, all), node(2, all), exampleView(3, up(facts)));
  expect(snapshot.servers[2]).toMatchObject({ role: 'galera', replication: [{ source: 'elsewhere:3306' }] });
  expect(Date.parse(snapshot.observedAt)).toBe(exampleNow);
});
